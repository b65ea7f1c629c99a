import type { Paths } from "../../base/paths.ts";
import { openOrNothing, toNames } from "../host-path.ts";
import { createScanBudget } from "../scan-budget.ts";
import { inspectGitDir } from "../git-dir/inspect/inspect-git-dir.ts";
import { listOtherSessions, readOtherRoots, type OtherRoot } from "./unscanned-sessions.ts";

/** For one repository, asked about before a run. */
const limits = { entries: 1_000_000, findings: 1000, bytes: 256 * 1024 * 1024, ms: 10_000 };

/**
 * Whether the remotes of a repository may be the choice of a session that runs, that died, or that wasn't looked at to
 * its end: those that weren't there before it.
 * @param place absolute path of the repository's folder
 */
export async function isSuspect(paths: Paths, place: string): Promise<boolean> {
  const others = await readOtherRoots(paths, await listOtherSessions(paths));
  for (const other of others) {
    const names = toNames(other.source, place);
    if (names !== undefined && !(await isAsBefore(other, names))) return true;
  }
  return false;
}

async function isAsBefore(
  { source, record }: OtherRoot,
  names: readonly string[],
): Promise<boolean> {
  const known = record?.baseline.repositories.get(names.join("/"));
  using folder = openOrNothing(source);
  if (record === undefined || known === undefined || folder === undefined) return false;
  const { kind, target } = record;
  const apart = new Set(record.apart);
  const root = { kind, source, target, writable: true, folder, apart, emptied: [] };
  const place = { root, roots: [root], budget: createScanBudget(limits) };
  const { remotes, unseen } = await inspectGitDir({ names, shape: known.shape }, place);
  return unseen === undefined && remotes === known.remotes;
}
