import { isAncestor, readHistoryTypes } from "./commit-history.ts";
import { peelTag, walkCommits } from "./commit-walk.ts";
import { type PushKnowledge, readPackTypes } from "./push-knowledge.ts";

/** Commits of the upstream that a new tip may stand on and that are asked about one by one. */
const maxFootings = 500;

/** Whether it's a commit, of the pack or of the upstream. */
export async function isCommit(push: PushKnowledge, oid: string): Promise<boolean> {
  const type = (await readPackTypes(push, [oid])).get(oid);
  if (type !== undefined) return type === "commit";
  await push.bringHistory();
  return (await readHistoryTypes(push.history, [oid])).get(oid) === "commit";
}

/**
 * Almost always the pack shows it: the old tip is what its commits stand on. Only when it isn't, the upstream's history
 * is needed: it may lie between the old tip and the commit on which the push stands.
 */
export async function isFastForward(
  push: PushKnowledge,
  from: string,
  to: string,
): Promise<boolean> {
  if (from === to) return isCommit(push, to);
  const { commits, boundary } = walkCommits(push.contents, [to]);
  if (commits.has(from) || boundary.has(from)) return true;
  await push.bringHistory();
  const types = await readHistoryTypes(push.history, [from, ...boundary]);
  if (types.get(from) !== "commit") return false;
  const footings = [...boundary].filter((oid) => types.get(oid) === "commit");
  for (const footing of footings.slice(0, maxFootings)) {
    if (await isAncestor(push.history, from, footing)) return true;
  }
  return false;
}

/**
 * Whether every commit that the pack has for `oid` is one that it has for `tips` too; what else the pack has for it
 * hangs on those.
 */
export async function isContained(
  push: PushKnowledge,
  oid: string,
  tips: readonly string[],
): Promise<boolean> {
  if (tips.includes(oid)) return true;
  const { contents } = push;
  if (contents.tags.has(oid)) return false;
  const type = (await readPackTypes(push, [oid])).get(oid);
  if (type === undefined) return true;
  if (type !== "commit") return false;
  const others = walkCommits(
    contents,
    tips.map((tip) => peelTag(contents, tip).oid),
  );
  return [...walkCommits(contents, [oid]).commits].every((commit) => others.commits.has(commit));
}
