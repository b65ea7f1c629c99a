import { join } from "node:path";
import type { Paths } from "../base/paths.ts";
import { VaultboxError } from "../base/errors.ts";
import { orNothing } from "../base/fs/beneath.ts";
import { contains } from "../base/fs/path-steps.ts";
import { quoted } from "../base/printable.ts";
import { readOtherRunning } from "../base/session-state.ts";
import { openRealOrNothing } from "./host-path.ts";
import {
  makeMountPoint,
  removeMountPoint,
  type MountPoint,
  type MountPointsBeneath,
  isOfRoot,
  removeOfEngine,
  type FormerEntry,
} from "./protect/mount-point.ts";
import { readRecord, type WorkspaceRecord } from "./workspace-record.ts";
import { createScanBudget, startLimits } from "./scan-budget.ts";
import { walk } from "./scan/walk.ts";

/** @throws VaultboxError VBX_WORKSPACE_UNSAFE when one can't be made */
export function makeMountPoints(all: readonly MountPointsBeneath[]): void {
  for (const { path, points } of all) {
    using folder = openRealOrNothing(path);
    if (folder === undefined) continue;
    for (const point of points) {
      try {
        makeMountPoint(folder, point);
      } catch (error) {
        const at = quoted(join(path, ...point.names));
        throw new VaultboxError("VBX_WORKSPACE_UNSAFE", `cannot hold ${at} against the sandbox`, {
          hints: ["its folder must be writable for you, because a mount needs something to be on"],
          cause: error,
        });
      }
    }
  }
}

/** Mount points of another session in the same folders are this one's too: the last to end removes them. */
export async function withShared(
  paths: Paths,
  session: string,
  own: readonly MountPointsBeneath[],
): Promise<readonly MountPointsBeneath[]> {
  const others = await readOtherRecords(paths, session);
  const known = toKeys(own);
  const isShared = (path: string, point: MountPoint): boolean => {
    const key = toKey(path, point);
    const isInThis = own.some((one) => contains(one.path, join(path, ...point.names)));
    // Each session has those of the ones before it too
    if (known.has(key) || !isInThis) return false;
    known.add(key);
    return true;
  };
  const inThis = others
    .flatMap((other) => other.mountPoints)
    .map(({ path, points }) => ({ path, points: points.filter((one) => isShared(path, one)) }));
  return [...own, ...inThis.filter(({ points }) => points.length > 0)];
}

/** What other sessions that run will undo and look at. */
export async function readOtherRecords(
  paths: Paths,
  session: string,
): Promise<readonly (WorkspaceRecord & { readonly id: string })[]> {
  const running = await readOtherRunning(paths, session);
  const records = await Promise.all(
    running.map(async ({ id }) => {
      const record = await readRecord(paths, id);
      return record === undefined || record === "unreadable" ? undefined : { ...record, id };
    }),
  );
  return records.filter((record) => record !== undefined);
}

/** Removes what a session made and no other one needs. */
export async function releaseMountPoints(
  paths: Paths,
  session: string,
  { mountPoints }: WorkspaceRecord,
): Promise<void> {
  const others = await readOtherRecords(paths, session);
  const keep = toKeys(others.flatMap((other) => other.mountPoints));
  for (const { path, points } of mountPoints) {
    using folder = openRealOrNothing(path);
    if (folder === undefined) continue;
    // Inner ones first
    for (const point of points.toReversed()) {
      if (keep.has(toKey(path, point))) continue;
      // What can't be looked at any more isn't the mount point as it was made
      orNothing(() => removeMountPoint(folder, point));
    }
  }
}

/** Keys of mount points that a session needs. */
function toKeys(all: readonly MountPointsBeneath[]): Set<string> {
  return new Set(all.flatMap(({ path, points }) => points.map((point) => toKey(path, point))));
}

/** What another session's engine may make at the same place is another one. */
function toKey(path: string, { names, instead }: Pick<MountPoint, "names" | "instead">): string {
  return [path, ...names, ...(instead === undefined ? [] : ["", instead.at])].join("/");
}

/** The end of a session waits for this. */
const maxSearchMs = 3000;

/**
 * Removes what the engine made for a session, wherever another one's sandbox has moved it by now with the folder around
 * it. It's looked for only while such a session runs.
 */
export async function removeMoved(
  paths: Paths,
  session: string,
  { roots, mountPoints }: WorkspaceRecord,
): Promise<void> {
  const others = await readOtherRecords(paths, session);
  const keep = toKeys(others.flatMap((other) => other.mountPoints));
  const otherRoots = others.flatMap((other) => other.roots);
  const isNear = (source: string): boolean =>
    otherRoots.some((other) => contains(source, other.source) || contains(other.source, source));
  const budget = createScanBudget({ ...startLimits, ms: maxSearchMs });
  for (const { source, apart } of roots.filter((one) => isNear(one.source))) {
    const former = toFormer(mountPoints.filter(({ path }) => path === source));
    const left = new Set(apart);
    using root = openRealOrNothing(source);
    if (root === undefined || former.size === 0) continue;
    await walk(root, {
      visit: ({ folder, names, entries }) => {
        for (const { name } of entries) {
          const instead = former.get(name);
          if (instead === undefined || !isOfRoot(folder, name)) continue;
          const own = [...names, name];
          if (!keep.has(toKey(source, { names: own, instead }))) removeOfEngine(root, own, instead);
        }
        return Promise.resolve();
      },
      enters: ({ names }, name) => !left.has([...names, name].join("/")),
      budget,
    });
  }
}

/** By the last name of each. */
function toFormer(all: readonly MountPointsBeneath[]): ReadonlyMap<string, FormerEntry> {
  const points = all.flatMap((one) => one.points);
  return new Map(
    points.flatMap(({ names, instead }) =>
      instead === undefined ? [] : [[names.at(-1) ?? "", { key: "", at: instead.at }] as const],
    ),
  );
}
