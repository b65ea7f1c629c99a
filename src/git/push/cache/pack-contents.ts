import type { ObjectFormat } from "../../wire/object-id.ts";
import { type CommitLinks, parseCommitLinks, parseTagLink, type TagLink } from "./object-links.ts";
import type { GitProgram } from "./git-process.ts";
import { maxCommitHeadBytes, maxPackCommits, maxPackParents, maxQueryMs } from "./limits.ts";
import { listObjects, readObjects } from "./object-reader.ts";

/** The commits and tags of a pushed pack, by id. */
export interface PackContents {
  readonly commits: ReadonlyMap<string, CommitLinks>;
  readonly tags: ReadonlyMap<string, TagLink>;
}

/** Of a push without a pack, or whose pack has only other objects. */
export const emptyContents: PackContents = { commits: new Map(), tags: new Map() };

interface Place {
  readonly git: GitProgram;
  readonly repository: string;
  readonly format: ObjectFormat;
  readonly signal: AbortSignal;
}

/**
 * Reads all commits and tags of a repository that holds nothing but the pack.
 * A text says why the pack isn't accepted. @throws ObjectsUnreadable
 */
export async function readPackContents(place: Place): Promise<PackContents | string> {
  const question = { ...place, timeoutMs: maxQueryMs };
  const oids: string[] = [];
  for await (const { oid, type } of listObjects(question)) {
    if (type !== "commit" && type !== "tag") continue;
    oids.push(oid);
    if (oids.length > maxPackCommits) return `the pack has more than ${maxPackCommits} commits`;
  }
  if (oids.length === 0) return emptyContents;
  const commits = new Map<string, CommitLinks>();
  const tags = new Map<string, TagLink>();
  let parents = 0;
  for await (const { oid, type, head } of readObjects(question, oids, maxCommitHeadBytes)) {
    const links = type === "commit" ? parseCommitLinks(head, place.format) : undefined;
    const link = type === "tag" ? parseTagLink(head, place.format) : undefined;
    if (links !== undefined) commits.set(oid, links);
    else if (link !== undefined) tags.set(oid, link);
    else return "the pack holds a malformed object";
    parents += links?.parents.length ?? 0;
    if (parents > maxPackParents) return `its commits have more than ${maxPackParents} parents`;
  }
  return { commits, tags };
}
