import { isObjectId, type ObjectFormat } from "./bare-repository.ts";

/** What a commit says about its place: nothing else of the repository may say otherwise (no grafts, no shallow file). */
export interface CommitLinks {
  readonly tree: string;
  readonly parents: readonly string[];
}

/** What a tag object points to. */
export interface TagLink {
  readonly target: string;
  readonly type: string;
}

/**
 * Reads the beginning of a commit as git does: one tree, then every parent up to the first other line.
 * Undefined when it isn't understood, or `head` ends within the parents.
 */
export function parseCommitLinks(head: Buffer, format: ObjectFormat): CommitLinks | undefined {
  const text = head.toString("latin1");
  const idLength = format === "sha1" ? 40 : 64;
  if (!text.startsWith("tree ")) return undefined;
  const tree = text.slice(5, 5 + idLength);
  let at = 5 + idLength;
  if (!isObjectId(tree, format) || text[at] !== "\n") return undefined;
  at += 1;
  const parents: string[] = [];
  while (text.startsWith("parent", at)) {
    const parent = text.slice(at + 7, at + 7 + idLength);
    const end = at + 7 + idLength;
    if (text[at + 6] !== " " || !isObjectId(parent, format) || text[end] !== "\n") return undefined;
    parents.push(parent);
    at = end + 1;
  }
  // The author's line must be in sight, else another parent could be behind the part that was read
  return text.startsWith("author ", at) ? { tree, parents } : undefined;
}

/** Undefined when it isn't understood. */
export function parseTagLink(head: Buffer, format: ObjectFormat): TagLink | undefined {
  const match = /^object ([0-9a-f]+)\ntype (commit|tag|tree|blob)\n/.exec(
    head.toString("latin1", 0, 200),
  );
  const [, target = "", type = ""] = match ?? [];
  return isObjectId(target, format) ? { target, type } : undefined;
}
