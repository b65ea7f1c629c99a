import type { Folder } from "../base/fs/beneath.ts";
import { FolderStates } from "../base/fs/folder-state.ts";
import { readMounts } from "../base/fs/mount-table.ts";
import { contains } from "../base/fs/path-steps.ts";

/** How much older than this machine's clock says a change may look: file systems keep a coarser clock, `ns`. */
export const clockSlackNs = 2_000_000_000n;
/** The same where the kernel stamps by its own clock: it moves a few times in so long, `ns`. */
export const tickNs = 50_000_000n;
const nsPerSecond = 1_000_000_000n;
const nsPerMs = 1_000_000n;

/** Whether a time of change has parts of seconds: one without may be of a file system that keeps none. */
function isFine(changedAt: bigint): boolean {
  return changedAt % nsPerSecond !== 0n;
}

/**
 * Whether each later change gives another time: file systems stamp by a coarser clock than this one, and where they have
 * whole seconds a clock that is set back could come to the same again.
 * @param askedAt when its time was asked for, `ns` since 1970
 */
export function isSettled(changedAt: bigint, askedAt = BigInt(Date.now()) * nsPerMs): boolean {
  return changedAt < askedAt - clockSlackNs && isFine(changedAt);
}

/**
 * How much older than this machine's clock says a change in a folder may look, `ns`: a tick where this kernel stamps all of
 * it, which is where no other file system is mounted in it.
 * @param path real path of the folder
 */
export function readClockSlack(folder: Folder, path: string): bigint {
  const state = folder.state(new FolderStates());
  if (state === undefined || !isFine(state.changedAt)) return clockSlackNs;
  const mounts = readMounts();
  const isWhole = mounts?.every(({ target }) => target === path || !contains(path, target));
  return isWhole === true ? tickNs : clockSlackNs;
}
