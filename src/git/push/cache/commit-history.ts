// Commits and tags of the upstream. A pack comes in only when each of its commits has all its ancestors here, so
// whatever commit is in this store is so with its whole history.
import { toObjectFolder } from "./bare-repository.ts";
import type { ObjectFormat } from "../../wire/object-id.ts";
import { parseTagLink } from "./object-links.ts";
import { type GitCall, readGit } from "./git-process.ts";
import { maxQueryMs } from "./limits.ts";
import { ObjectsUnreadable } from "./unproven.ts";
import { readObjects, readTypes } from "./object-reader.ts";
import { addPack, type ObjectStore, readComplete } from "./object-store.ts";
import type { Upstream } from "./upstream.ts";

/** Tips that are named to the upstream as known; more would make the request longer than the answer. */
const maxHaves = 256;

/** Refs of one upstream that are asked for. */
const maxWants = 50_000;

/** Bytes of a tag that say what it is of. */
const maxTagHeadBytes = 256;

/** Output of a question about many commits, in bytes. */
const maxAnswerBytes = 64 * 1024 * 1024;

/** Brings the history up to these tips: one request, or none when they're all here. @throws UpstreamUnusable */
export async function fetchHistory(
  store: ObjectStore,
  upstream: Upstream,
  tips: readonly string[],
): Promise<void> {
  const types = await readTypes(toQuestion(store), tips);
  const wants = tips.filter((tip) => !types.has(tip)).slice(0, maxWants);
  if (wants.length === 0) return;
  const complete = await readComplete(store);
  const here = await readTypes(toQuestion(store), complete);
  const haves = complete.filter((tip) => here.has(tip)).slice(-maxHaves);
  await using pack = await upstream.fetchHistory({ wants, haves });
  const isComplete = (repository: string): Promise<boolean> =>
    hasWholeHistory(store, repository, { wants, haves });
  await addPack(store, pack, { ids: wants, isComplete });
}

/** The types of those that are here, each with its whole history. */
export function readHistoryTypes(
  store: ObjectStore,
  oids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return readTypes(toQuestion(store), oids);
}

/** Whether `from` is an ancestor of `to`, or the same; both are here. */
export async function isAncestor(store: ObjectStore, from: string, to: string): Promise<boolean> {
  const args = ["merge-base", "--is-ancestor", from, to];
  return (await readGit({ ...toQuestion(store), args })).status === 0;
}

/** Those of `oids` (all here) that none of `tips` reaches; a tip that isn't here reaches nothing. @throws ObjectsUnreadable */
export async function findUnreached(
  store: ObjectStore,
  oids: readonly string[],
  tips: readonly string[],
): Promise<ReadonlySet<string>> {
  if (oids.length === 0) return new Set();
  const types = await readTypes(toQuestion(store), tips);
  const input = [...oids, ...[...types.keys()].map((tip) => `^${tip}`)].join("\n");
  const call = { ...toQuestion(store), args: ["rev-list", "--stdin"] };
  const answer = await readGit(call, { input: `${input}\n`, maxBytes: maxAnswerBytes });
  if (answer.status !== 0) throw new ObjectsUnreadable("the upstream's history can't be walked");
  const unreached = new Set(answer.stdout.split("\n"));
  return new Set(oids.filter((oid) => unreached.has(oid)));
}

async function hasWholeHistory(
  store: ObjectStore,
  repository: string,
  { wants, haves }: { readonly wants: readonly string[]; readonly haves: readonly string[] },
): Promise<boolean> {
  const alternates = [toObjectFolder(store.repository)];
  const question = { ...toQuestion(store), repository, alternates };
  // A tag may be of a tree, which a history without trees doesn't have
  const here = [...(await readTypes(question, wants)).keys()];
  const commits = await peelTags(question, store.format, here);
  const input = [...commits, ...haves.map((tip) => `^${tip}`)].join("\n");
  const args = ["rev-list", "--quiet", "--stdin"];
  return (await readGit({ ...question, args }, { input: `${input}\n` })).status === 0;
}

/** The commits at or behind these. */
async function peelTags(
  question: Omit<GitCall, "args">,
  format: ObjectFormat,
  oids: readonly string[],
): Promise<readonly string[]> {
  const commits: string[] = [];
  for (let round = [...oids]; round.length > 0;) {
    const tagged: string[] = [];
    for await (const { oid, type, head } of readObjects(question, round, maxTagHeadBytes)) {
      const link = type === "tag" ? parseTagLink(head, format) : undefined;
      if (type === "commit") commits.push(oid);
      else if (link?.type === "commit" || link?.type === "tag") tagged.push(link.target);
    }
    round = tagged;
  }
  return commits;
}

function toQuestion({ git, repository, signal }: ObjectStore) {
  return { git, repository, signal, timeoutMs: maxQueryMs };
}
