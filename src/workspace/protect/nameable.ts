import { Buffer } from "node:buffer";
import { basename, dirname } from "node:path";
import { isNameUtf8 } from "../../base/fs/name-text.ts";
import { quoted } from "../../base/printable.ts";
import { toShellWord } from "../../base/shell-word.ts";
import { unsafe, withoutBoth } from "../unsafe-workspace.ts";

/** Longest path that the kernel takes (limits.h, `PATH_MAX`, with its end). */
const maxPathBytes = 4095;

/** Whether a mount's target can be said to a container engine: its API is JSON, and the kernel mounts by path. */
export function isNameable(path: string): boolean {
  return isNameUtf8(path) && Buffer.byteLength(path) <= maxPathBytes;
}

/**
 * Nothing can be mounted over such a path, so that it would be neither hidden nor protected.
 * @param otherwise a hint
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE
 */
export function refuseUnnameable(paths: readonly string[], otherwise = withoutBoth): void {
  const path = paths.find((one) => !isNameable(one));
  if (path === undefined) return;
  const outermost = findOutermost(path);
  const [why, hint] = isNameUtf8(path)
    ? [`its path is longer than ${maxPathBytes} bytes`, "move it to a place with a shorter path"]
    : [
        `a container engine takes only names in UTF-8, and ${quoted(basename(outermost))} is none`,
        `give it another name: mv ${toShellWord(outermost)} ${toShellWord(dirname(outermost))}/NEW-NAME`,
      ];
  throw unsafe(`cannot hide or protect ${quoted(path)}: ${why}`, hint, otherwise);
}

/** The first folder on the way whose name is no UTF-8, or the entry itself. */
function findOutermost(path: string): string {
  const above = dirname(path);
  return isNameUtf8(above) ? path : findOutermost(above);
}
