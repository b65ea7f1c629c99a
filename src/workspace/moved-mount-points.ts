import type { Paths } from "../base/paths.ts";
import { contains } from "../base/fs/path-steps.ts";
import { openRealOrNothing } from "./host-path.ts";
import { createScanBudget, startLimits } from "./scan-budget.ts";
import { isOfRoot, removeOfEngine, type FormerEntry } from "./protect/engine-mount-point.ts";
import type { MountPointsBeneath } from "./protect/mount-point.ts";
import { walk } from "./scan/walk.ts";
import { readOtherRecords, toKey, toKeys } from "./session-mount-points.ts";
import type { WorkspaceRecord } from "./workspace-record.ts";

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
