// Trees of single upstream commits, for comparing with what a push builds on them. No history: that is its own store.
import { toObjectFolder } from "./bare-repository.ts";
import { startGit } from "./git-process.ts";
import { maxQueryMs } from "./limits.ts";
import { addPack, type ObjectStore, readComplete } from "./object-store.ts";
import { type Upstream, UpstreamUnusable } from "./upstream.ts";

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
