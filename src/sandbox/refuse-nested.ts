import { basename } from "node:path";
import type { Paths } from "../config/paths.ts";
import { VaultboxError } from "../errors.ts";
import { hasEnded } from "../files/process-identity.ts";
import { quoted } from "../printable.ts";
import { contains } from "../files/path-steps.ts";
import { readActiveSessions, toWritable, type SessionState } from "./session-state.ts";

/** What a session that is about to start mounts; real paths. */
export interface MountedPlaces {
  readonly sources: readonly string[];
  /** Those that its sandbox can write in */
  readonly writable: readonly string[];
}

/**
 * Refuses a session one within another: the sandbox of the outer one could exchange what the inner one mounts, between
 * the check and the mount, and what is told apart at the end would be both's. In the same folder they may both be, because
 * no sandbox can move the folder itself.
 * @param session the one that starts, which is recorded already, so that of two at least one sees the other
 * @throws VaultboxError VBX_MOUNT_REFUSED
 */
export async function refuseNested(
  paths: Paths,
  session: string,
  { sources, writable }: MountedPlaces,
): Promise<void> {
  for (const other of await readOthers(paths, session)) {
    for (const folder of toWritable(other)) {
      const inner = sources.find((source) => isInside(source, folder));
      if (inner !== undefined) {
        throw nested(inner, `session ${other.id} can write in the folder around it`, [
          folder,
          other,
        ]);
      }
      const outer = writable.find((source) => isInside(folder, source));
      if (outer !== undefined) {
        throw nested(outer, `session ${other.id} works in a folder of it`, [folder, other]);
      }
    }
  }
}

async function readOthers(paths: Paths, session: string): Promise<readonly SessionState[]> {
  const active = (await readActiveSessions(paths)).filter(({ id }) => id !== session);
  const ended = await Promise.all(active.map(({ owner }) => hasEnded(owner)));
  return active.filter((_, index) => ended[index] !== true);
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
          : "or use the same folder in both",
      ],
    },
  );
}
