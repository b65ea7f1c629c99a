import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { Paths } from "../base/paths.ts";
import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { contains } from "../base/fs/path-steps.ts";
import { readOtherRunning, toWritable, type SessionState } from "../base/session-state.ts";

/** What a session that is about to start mounts; real paths. */
export interface MountedPlaces {
  readonly sources: readonly string[];
  /** Those that its sandbox can write in, all of them recorded */
  readonly writable: readonly string[];
  /** What its sandbox can't move, once that is decided and recorded: before it has one */
  readonly pinned?: readonly string[] | undefined;
}

/**
 * Refuses a session one within another where the sandbox of the outer one could exchange what the inner one mounts,
 * between the check and the mount. It can't where that is a mount point for it too: a repository's folder, a work tree,
 * and the folder itself that both mount.
 * @param session the one that starts, which is recorded already, so that of two at least one sees the other: asked when
 *   it knows what it mounts, and again when it knows what it pins
 * @throws VaultboxError VBX_MOUNT_REFUSED
 */
export async function refuseNested(
  paths: Paths,
  session: string,
  { sources, writable, pinned }: MountedPlaces,
): Promise<void> {
  for (const other of await readOtherRunning(paths, session)) {
    for (const folder of toWritable(other)) {
      const inner = sources.find(
        (source) => isInside(source, folder) && !isKept(other, source, writable),
      );
      if (inner !== undefined) {
        throw nested(inner, `session ${other.id} can write in the folder around it`, [
          folder,
          other,
        ]);
      }
      // Nothing can be exchanged as long as nothing is decided
      if (pinned === undefined || pinned.includes(folder)) continue;
      const outer = writable.find((source) => isInside(folder, source));
      if (outer !== undefined) {
        throw nested(outer, `session ${other.id} works in a folder of it`, [folder, other]);
      }
    }
  }
}

/** Whether another session's sandbox can't move a folder. One that is still to be made is made only if it can't. */
function isKept(
  { pins, pinned }: SessionState,
  source: string,
  writable: readonly string[],
): boolean {
  return pinned === undefined
    ? pins === true && writable.includes(source)
    : pinned.includes(source);
}

function isInside(inner: string, outer: string): boolean {
  return inner !== outer && contains(outer, inner);
}

function nested(
  path: string,
  why: string,
  [folder, { id }]: readonly [string, SessionState],
): VaultboxError {
  return new VaultboxError(
    "VBX_MOUNT_REFUSED",
    `cannot mount ${quoted(path)} now: ${why}, ${quoted(folder)}`,
    {
      hints: [
        `wait until it has ended, or end it: vaultbox stop ${id}`,
        basename(path) === ".git" || basename(folder) === ".git"
          ? "or run both in linked work trees: git worktree add ../NAME"
          : existsSync(join(path, ".git"))
            ? `or start session ${id} again: it can't move what is a work tree when it begins`
            : "or use the same folder in both",
      ],
    },
  );
}
