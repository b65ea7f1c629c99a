import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { VaultboxError } from "../../base/errors.ts";
import { readHomeFolder } from "../../base/home-folder.ts";
import { quoted } from "../../base/printable.ts";
import { sandboxHome } from "../sandbox-places.ts";
import { contains } from "../../base/fs/path-steps.ts";
import { readRealPath } from "../../base/fs/real-path.ts";

/** What the text of a mount says; both paths are absolute. */
interface MountText {
  readonly source: string;
  /** Undefined: the source's own path */
  readonly target: string | undefined;
  readonly readOnly: boolean;
}

/**
 * Parses `SRC:DST[:ro|rw]`, or `SRC[:ro|rw]` for the same path inside; read-only unless it says `rw`. A `~` that the
 * shell has left is the user's home in SRC and the sandbox's in DST.
 * @throws VaultboxError VBX_USAGE
 */
export function parseMount(text: string): MountText {
  const parts = text.split(":");
  const last = parts.at(-1);
  const mode = last === "ro" || last === "rw" ? parts.pop() : undefined;
  const [source = "", written] = parts;
  const target = written === undefined ? undefined : withHome(written, () => sandboxHome);
  const isValid =
    parts.length <= 2 && source !== "" && (target === undefined || isAbsolute(target));
  if (!isValid) {
    throw new VaultboxError("VBX_USAGE", `cannot read the mount ${quoted(text)}`, {
      hints: [
        "--mount SRC:DST[:ro|rw], with an absolute path for DST, or ~/PATH for one in the sandbox's home; " +
          "read-only unless rw is said",
      ],
    });
  }
  return {
    source: resolve(withHome(source, readHomeFolder)),
    target: target === undefined ? undefined : resolve(target),
    readOnly: mode !== "rw",
  };
}

function withHome(path: string, readHome: () => string): string {
  return path === "~" || path.startsWith("~/") ? join(readHome(), path.slice(1)) : path;
}

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
