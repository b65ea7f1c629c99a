import { findChangedPath, type TreePair } from "./changed-paths.ts";
import { findUnreached } from "./commit-history.ts";
import { type CommitWalk, walkCommits } from "./commit-walk.ts";
import { readGit } from "./git-process.ts";
import { type PushKnowledge, toTreeQuestion } from "./push-knowledge.ts";
import { fetchSnapshots, readRootTrees } from "./tree-snapshots.ts";
import { ObjectsUnreadable, UpstreamUnusable } from "./unproven.ts";

/** What is known of commits and paths. */
interface CoverQuestion {
  readonly isKnown: (oid: string) => boolean;
  readonly isDenied: (path: string) => boolean;
}

/** Pairs of parents that are asked about; the merges behind them are compared with each parent. */
const maxQuestions = 200;

/**
 * A merge of the upstream's branch into the pushed one takes over what changed there, and isn't to be blamed for it. So
 * a parent is left out when another one, the cover, is a commit of the upstream, and no denied path of this one differs
 * from where the two parted: what the merge has there must then be as in the cover, and that is what a merge by git makes
 * of it. A merge with an older commit of the upstream gets no such leave: it would bring an older state back.
 */
export async function findCoveredParents(
  push: PushKnowledge,
  walk: CommitWalk,
  { isKnown, isDenied }: CoverQuestion,
): Promise<(merge: string, parent: string) => boolean> {
  const covered = new Set<string>();
  let questions = 0;
  for (const { merge, parent, cover } of listPairs(push, walk, isKnown)) {
    // To go through the rest would take hours for merges of thousands of the upstream's commits
    if (questions >= maxQuestions) break;
    questions += 1;
    const isCovered =
      (await standsOn(push, parent, { cover, isKnown })) ||
      (await isAsAtParting(push, { parent, cover }, { isKnown, isDenied }));
    if (isCovered) covered.add(`${merge} ${parent}`);
  }
  return (merge, parent) => covered.has(`${merge} ${parent}`);
}

/** Whether the cover has everything of the upstream's that `parent` is built on; tells most cases without a tree. */
async function standsOn(
  push: PushKnowledge,
  parent: string,
  at: { readonly cover: string; readonly isKnown: (oid: string) => boolean },
): Promise<boolean> {
  const { boundary } = walkCommits(push.contents, [parent], at.isKnown);
  return (await findUnreached(push.history, [...boundary], [at.cover])).size === 0;
}

/** Whether denied paths are in `parent` as they were in every commit where it and the cover parted; false when unknown. */
async function isAsAtParting(
  push: PushKnowledge,
  { parent, cover }: { readonly parent: string; readonly cover: string },
  { isKnown, isDenied }: CoverQuestion,
): Promise<boolean> {
  const question = toTreeQuestion(push);
  const args = ["merge-base", "--all", parent, cover];
  const { status, stdout } = await readGit({ ...question, args });
  const bases = stdout.split("\n").filter((line) => line !== "");
  if (status !== 0 || bases.length === 0) return false;
  try {
    // Also of commits that the pack has: of the upstream's own it needn't have all trees
    const { boundary } = walkCommits(push.contents, [parent], isKnown);
    await fetchSnapshots(push.snapshots, push.upstream, [...bases, ...boundary]);
    const format = push.objectFormat;
    const trees = await readRootTrees(question, [...bases, parent], format);
    const to = trees.get(parent);
    const list = bases.map((base): TreePair => ({ from: trees.get(base), to: to ?? "" }));
    if (to === undefined || list.some(({ from }) => from === undefined)) return false;
    return (await findChangedPath(question, { list, format }, isDenied)) === undefined;
  } catch (error) {
    // The upstream gives no trees of a commit that is no tip, or some are missing: then it's compared like any other
    if (error instanceof UpstreamUnusable || error instanceof ObjectsUnreadable) return false;
    throw error;
  }
}

/** Every two parents of a merge of which `cover` is the upstream's. */
function* listPairs(
  { contents }: PushKnowledge,
  walk: CommitWalk,
  isKnown: (oid: string) => boolean,
) {
  for (const merge of walk.commits) {
    const parents = new Set(contents.commits.get(merge)?.parents);
    if (parents.size < 2) continue;
    for (const cover of [...parents].filter(isKnown)) {
      for (const parent of parents) if (parent !== cover) yield { merge, parent, cover };
    }
  }
}
