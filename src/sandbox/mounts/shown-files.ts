import { basename, dirname, join, resolve } from "node:path";
import { VaultboxError } from "../../base/errors.ts";
import { contains } from "../../base/fs/path-steps.ts";
import { readRealPath } from "../../base/fs/real-path.ts";
import { quoted } from "../../base/printable.ts";

/**
 * Real paths of what `--show` names, from where the user is; a link itself, not what it leads to.
 * @param roots what is mounted
 * @throws VaultboxError VBX_USAGE
 */
export function resolveShown(
  paths: readonly string[],
  roots: readonly { readonly source: string }[],
): readonly string[] {
  return paths.map((path) => {
    const shown = readShownPath(path);
    if (roots.some(({ source }) => contains(source, shown) && source !== shown)) return shown;
    throw refused(path, "it is in no folder that the sandbox sees", [
      "a path in the workspace, or in a folder of --mount",
    ]);
  });
}

function readShownPath(path: string): string {
  const whole = resolve(path);
  try {
    readRealPath(whole);
    return join(readRealPath(dirname(whole)), basename(whole));
  } catch (error) {
    throw refused(path, "it is not there", ["a path from the current folder"], error);
  }
}

function refused(
  path: string,
  why: string,
  hints: readonly string[],
  cause?: unknown,
): VaultboxError {
  return new VaultboxError("VBX_USAGE", `cannot show ${quoted(path)}: ${why}`, {
    hints,
    cause,
  });
}
