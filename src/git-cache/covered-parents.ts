import { findUnreached } from "./commit-history.ts";
import { type CommitWalk, walkCommits } from "./commit-walk.ts";
import type { PushKnowledge } from "./push-knowledge.ts";

/** Pairs of parents that are asked about; the merges behind them are compared with each parent. */
const maxQuestions = 200;

/**
 * A merge of the upstream's branch into the pushed one takes over what changed there, and isn't to be blamed for it. So
 * a parent is left out when another one is a commit of the upstream that has everything that this one stands on: the
 * merge must then leave denied paths as they are there. A merge with an older commit of the upstream gets no such leave:
 * it could bring an older state back.
 */
export async function findCoveredParents(
  push: PushKnowledge,
  walk: CommitWalk,
  isKnown: (oid: string) => boolean,
): Promise<(merge: string, parent: string) => boolean> {
  const covered = new Set<string>();
  let questions = 0;
  for (const { merge, parent, cover } of listPairs(push, walk, isKnown)) {
    // To go through the rest would take hours for merges of thousands of the upstream's commits
    if (questions >= maxQuestions) break;
    questions += 1;
    const { boundary } = walkCommits(push.contents, [parent], isKnown);
    const unreached = await findUnreached(push.history, [...boundary], [cover]);
    if (unreached.size === 0) covered.add(`${merge} ${parent}`);
  }
  return (merge, parent) => covered.has(`${merge} ${parent}`);
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
