// Trees of single commits, for comparing: those of the upstream are fetched. No history: that is its own store.
import { toObjectFolder } from "./bare-repository.ts";
import type { ObjectFormat } from "../../wire/object-id.ts";
import { type GitCall, startGit } from "./git-process.ts";
import { maxCommitHeadBytes, maxQueryMs } from "./limits.ts";
import { parseCommitLinks } from "./object-links.ts";
import { readObjects } from "./object-reader.ts";
import { addPack, type ObjectStore, readComplete } from "./object-store.ts";
import type { Upstream } from "./upstream.ts";
import { UpstreamUnusable } from "./unproven.ts";

/** Commits whose trees are asked for at once. */
const maxSnapshots = 64;

/** Sees to it that all trees of these commits are here. @throws UpstreamUnusable */
export async function fetchSnapshots(
  store: ObjectStore,
  upstream: Upstream,
  commits: readonly string[],
): Promise<void> {
  const complete = new Set(await readComplete(store));
  const wants = commits.filter((commit) => !complete.has(commit));
  if (wants.length === 0) return;
  if (wants.length > maxSnapshots) {
    throw new UpstreamUnusable(
      `the push builds on more than ${maxSnapshots} commits of the upstream at once`,
    );
  }
  await using pack = await upstream.fetchTrees(wants);
  await addPack(store, pack, { ids: wants, isComplete: (place) => hasTrees(store, place, wants) });
}

async function hasTrees(
  store: ObjectStore,
  repository: string,
  commits: readonly string[],
): Promise<boolean> {
  for (const commit of commits) {
    const args = ["ls-tree", "-r", "-t", "--name-only", `${commit}^{tree}`];
    const alternates = [toObjectFolder(store.repository)];
    const { git, signal } = store;
    const child = startGit({ git, signal, repository, alternates, args, timeoutMs: maxQueryMs });
    child.stdin.end();
    child.stdout.resume();
    if ((await child.ended).status !== 0) return false;
  }
  return true;
}

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
