import { findChangedPath, type TreePair } from "./changed-paths.ts";
import { findUnreached, readHistoryTypes } from "./commit-history.ts";
import { findCoveredParents } from "./covered-parents.ts";
import { type CommitWalk, peelTag, walkCommits } from "./commit-walk.ts";
import { type PushKnowledge, toTreeQuestion } from "./push-knowledge.ts";
import { maxTreePairs } from "./limits.ts";
import { ObjectsUnreadable, PackRefused } from "./unproven.ts";
import { fetchSnapshots, readRootTrees } from "./tree-snapshots.ts";

type PathVerdict =
  | { readonly type: "none" }
  | { readonly type: "denied"; readonly path: string }
  /** It can't be said; `why` is a short text of ours */
  | { readonly type: "unproven"; readonly why: string };

interface Wanted {
  readonly isDenied: (path: string) => boolean;
  /** Whether that merge needn't be compared with that parent (covered-parents.ts) */
  readonly isCovered: (merge: string, parent: string) => boolean;
}

/**
 * A denied path that a commit changes which `to` brings to the upstream, else undefined.
 * @throws PackRefused when it can't be said
 * @throws UpstreamUnusable
 */
export async function findDeniedChange(
  push: PushKnowledge,
  to: string,
  isDenied: (path: string) => boolean,
): Promise<string | undefined> {
  const verdict = await findVerdict(push, to, isDenied);
  if (verdict.type === "unproven") throw new PackRefused(verdict.why);
  return verdict.type === "denied" ? verdict.path : undefined;
}

/**
 * Looks at every commit that `to` brings. What the pack holds is taken for new at first, as far as no ref of the
 * upstream is met: when that shows nothing denied, nothing needs to be known of the history. Else what the upstream has
 * already is left out, and it's looked at again.
 */
async function findVerdict(
  push: PushKnowledge,
  to: string,
  isDenied: (path: string) => boolean,
): Promise<PathVerdict> {
  const tip = peelTag(push.contents, to);
  if (tip.type !== undefined && tip.type !== "commit") {
    return { type: "unproven", why: "a tag of something that is no commit can't be checked" };
  }
  const tips = new Set(await push.tips());
  const atFirst = walkCommits(push.contents, [tip.oid], (oid) => tips.has(oid));
  if (isSubset(atFirst.boundary, tips)) {
    const verdict = await compare(push, atFirst, { isDenied, isCovered: () => false });
    if (verdict.type === "none") return verdict;
  }
  await push.bringHistory();
  const known = await findKnown(push, walkCommits(push.contents, [tip.oid]));
  const isKnown = (oid: string): boolean => tips.has(oid) || known.has(oid);
  const walk = walkCommits(push.contents, [tip.oid], isKnown);
  if (![...walk.boundary].every(isKnown)) {
    return { type: "unproven", why: "it builds on a commit that the upstream doesn't have" };
  }
  return compare(push, walk, {
    isDenied,
    isCovered: await findCoveredParents(push, walk, { isKnown, isDenied }),
  });
}

/** What of a walk the upstream's branches and tags reach now. */
async function findKnown(push: PushKnowledge, walk: CommitWalk): Promise<ReadonlySet<string>> {
  const candidates = [...walk.commits, ...walk.boundary];
  const types = await readHistoryTypes(push.history, candidates);
  const here = candidates.filter((oid) => types.get(oid) === "commit");
  const unreached = await findUnreached(push.history, here, await push.tips());
  return new Set(here.filter((oid) => !unreached.has(oid)));
}

async function compare(
  push: PushKnowledge,
  walk: CommitWalk,
  wanted: Wanted,
): Promise<PathVerdict> {
  if (walk.commits.size === 0) return { type: "none" };
  const outside = [...walk.boundary].filter((oid) => !push.contents.commits.has(oid));
  await fetchSnapshots(push.snapshots, push.upstream, outside);
  try {
    return await comparePairs(push, walk, wanted);
  } catch (error) {
    if (!(error instanceof ObjectsUnreadable)) throw error;
  }
  // The pack has commits of the upstream, without all of their trees
  await fetchSnapshots(push.snapshots, push.upstream, [...walk.boundary]);
  try {
    return await comparePairs(push, walk, wanted);
  } catch (error) {
    if (!(error instanceof ObjectsUnreadable)) throw error;
    return { type: "unproven", why: "a tree is in neither the pack nor the commits it builds on" };
  }
}

async function comparePairs(
  push: PushKnowledge,
  walk: CommitWalk,
  wanted: Wanted,
): Promise<PathVerdict> {
  const trees = await readTrees(push, walk);
  const pairs = new Map<string, TreePair>();
  for (const oid of walk.commits) {
    const { tree, parents } = push.contents.commits.get(oid) ?? { tree: "", parents: [] };
    if (parents.length === 0) pairs.set(tree, { from: undefined, to: tree });
    for (const parent of parents.filter((one) => !wanted.isCovered(oid, one))) {
      const from = trees.get(parent);
      if (from === undefined) throw new ObjectsUnreadable("a parent's tree isn't known");
      if (from !== tree) pairs.set(`${from} ${tree}`, { from, to: tree });
    }
    if (pairs.size > maxTreePairs) return { type: "unproven", why: "it has too many commits" };
  }
  const list = { list: [...pairs.values()], format: push.objectFormat };
  const path = await findChangedPath(toTreeQuestion(push), list, wanted.isDenied);
  return path === undefined ? { type: "none" } : { type: "denied", path };
}

/** The root trees of the walk's commits and of what they stand on. */
async function readTrees(
  push: PushKnowledge,
  walk: CommitWalk,
): Promise<ReadonlyMap<string, string>> {
  const trees = new Map<string, string>();
  const outside: string[] = [];
  for (const oid of [...walk.commits, ...walk.boundary]) {
    const links = push.contents.commits.get(oid);
    if (links === undefined) outside.push(oid);
    else trees.set(oid, links.tree);
  }
  const others = await readRootTrees(toTreeQuestion(push), outside, push.objectFormat);
  return new Map([...trees, ...others]);
}

function isSubset(some: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return [...some].every((one) => all.has(one));
}
