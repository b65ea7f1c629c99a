import { parseCommitLinks } from "./object-links.ts";
import type { ObjectFormat } from "./bare-repository.ts";
import type { GitCall } from "./git-process.ts";
import { maxCommitHeadBytes } from "./limits.ts";
import { readObjects } from "./object-reader.ts";

/** The root trees of those commits that are here, by commit. */
export async function readRootTrees(
  question: Omit<GitCall, "args">,
  commits: readonly string[],
  format: ObjectFormat,
): Promise<ReadonlyMap<string, string>> {
  const trees = new Map<string, string>();
  if (commits.length === 0) return trees;
  for await (const object of readObjects(question, commits, maxCommitHeadBytes)) {
    const links = parseCommitLinks(object.head, format);
    if (object.type === "commit" && links !== undefined) trees.set(object.oid, links.tree);
  }
  return trees;
}
