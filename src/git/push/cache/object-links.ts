import { isObjectId, type ObjectFormat } from "../../wire/object-id.ts";

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
  const idLength = format === "sha1" ? 40 : 64;
  const tree = readLink(head, 0, { word: "tree ", idLength });
  if (tree === undefined) return undefined;
  const parents: string[] = [];
  let at = "tree ".length + idLength + 1;
  while (startsWith(head, at, "parent")) {
    const parent = readLink(head, at, { word: "parent ", idLength });
    if (parent === undefined) return undefined;
    parents.push(parent);
    at += "parent ".length + idLength + 1;
  }
  // The author's line must be in sight, else another parent could be behind the part that was read
  return startsWith(head, at, "author ") ? { tree, parents } : undefined;
}

/** The id of a line `WORD ID`. A string of its own: a part of a longer one would keep the whole of it in memory. */
function readLink(
  head: Buffer,
  at: number,
  { word, idLength }: { readonly word: string; readonly idLength: number },
): string | undefined {
  const from = at + word.length;
  const to = from + idLength;
  if (!startsWith(head, at, word) || head[to] !== 0x0a) return undefined;
  const oid = head.toString("latin1", from, to);
  return /^[0-9a-f]+$/.test(oid) ? oid : undefined;
}

function startsWith(head: Buffer, at: number, word: string): boolean {
  return head.toString("latin1", at, at + word.length) === word;
}

/** Undefined when it isn't understood. */
export function parseTagLink(head: Buffer, format: ObjectFormat): TagLink | undefined {
  const match = /^object ([0-9a-f]+)\ntype (commit|tag|tree|blob)\n/.exec(
    head.toString("latin1", 0, 200),
  );
  const [, target = "", type = ""] = match ?? [];
  return isObjectId(target, format) ? { target, type } : undefined;
}
