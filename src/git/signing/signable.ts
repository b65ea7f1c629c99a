// What is signed: a commit or tag in one person's name, on what the session's repository has.
import {
  parseSignableObject,
  type SignableObject,
  UnsignableObjectError,
} from "./commit-object.ts";
import type { GitAuthor } from "../../policy/git-author.ts";
import { quoted } from "../../base/printable.ts";
import { Refusal } from "../../http/refusal.ts";
import type { KnownHistory } from "./known-history.ts";

/** A commit or tag as git writes it. @throws Refusal */
export function readSignable(payload: Buffer): SignableObject {
  try {
    return parseSignableObject(payload);
  } catch (error) {
    if (error instanceof UnsignableObjectError)
      throw refuse(`this is not signed: ${error.message}`);
    throw error;
  }
}

/** Whether it is in the session's name. @throws Refusal */
export function checkAuthor(
  { authors, author }: { readonly authors: readonly string[]; readonly author: GitAuthor },
  object: SignableObject,
): void {
  const people =
    object.type === "tag"
      ? ([["tagger", object.tagger]] as const)
      : ([
          ["author", object.author],
          ["committer", object.committer],
        ] as const);
  for (const [role, { text }] of people) {
    if (authors.includes(text)) continue;
    const found = quoted(Buffer.from(text, "latin1").toString("utf8"), 120);
    const wanted = quoted(`${author.name} <${author.email}>`, 120);
    throw refuse(`the ${role} is ${found}, and only ${wanted} is signed for`);
  }
}

/** The objects that must be the session's own. @throws Refusal when there can't be any such */
export function toNeeded(
  { isEmpty }: Pick<KnownHistory, "isEmpty">,
  object: SignableObject,
): readonly string[] {
  if (object.type === "tag") {
    if (object.objectType === "commit" || object.objectType === "tag") return [object.object];
    throw refuse("only tags of commits and of tags are signed");
  }
  if (object.parents.length > 0 || isEmpty) return object.parents;
  throw refuse("a commit without parent is not signed: this session's repository has commits");
}

/** Of an object that isn't the session's. */
export function refuseUnknown(object: SignableObject, id: string): Refusal {
  const what = object.type === "tag" ? `the tagged ${object.objectType}` : "its parent";
  return refuse(
    `${what} ${id.slice(0, 12)} was not in this session's repository at launch and was not signed since`,
  );
}

function refuse(what: string): Refusal {
  return new Refusal(403, "signature-refused", what);
}
