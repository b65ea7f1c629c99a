// Commits and tags as git has them signed: the object's bytes without its signature. Read strictly: what git itself
// wouldn't write isn't signed, since somebody else might read it in another way.

/** Who made a commit or tag, as the object's header says it. */
export interface ObjectAuthor {
  /** Name and address as bytes read as latin1: `Name <email>` */
  readonly text: string;
  /** Seconds since 1970 */
  readonly epoch: number;
}

/** Something that can be signed. */
export type SignableObject = SignableCommit | SignableTag;

/** A commit, ids in hex. */
export interface SignableCommit {
  readonly type: "commit";
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: ObjectAuthor;
  readonly committer: ObjectAuthor;
}

/** An annotated tag; `object` is the id of what it is of. */
export interface SignableTag {
  readonly type: "tag";
  readonly object: string;
  readonly objectType: string;
  readonly name: string;
  readonly tagger: ObjectAuthor;
}

/** Bytes of an object that is signed: a message of a person or a program, many times over. */
export const maxObjectBytes = 1024 * 1024;
/** Parents of a commit; git's own octopus merges rarely pass 30 */
export const maxParents = 64;

/** An object that isn't signed; `message` says why and is for whoever asked. */
export class UnsignableObjectError extends Error {
  override readonly name = "UnsignableObjectError";
}

const objectId = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const identityLine = /^([^<>\n\0\r]* <[^<>\n\0\r]*>) (0|[1-9]\d{0,11}) [+-]\d{4}$/;
const encodingShape = /^[A-Za-z0-9._:-]{1,40}$/;
// What git-check-ref-format refuses in a tag's name, bytes read as latin1
const badTagName = /[\0-\x20\x7f~^:?*[\\]|\.\.|@\{|^[-/.]|\/[/.]|[/.]$|\.lock(?:\/|$)|^@?$/;
const signatureMark =
  /^-----BEGIN (?:SSH SIGNATURE|PGP SIGNATURE|PGP MESSAGE|SIGNED MESSAGE)-----/m;

/** One header with its continuation lines joined by line breaks. */
interface Header {
  readonly name: string;
  readonly value: string;
}

/** @throws UnsignableObjectError */
export function parseSignableObject(bytes: Buffer): SignableObject {
  if (bytes.length > maxObjectBytes) {
    throw new UnsignableObjectError(`it is longer than ${maxObjectBytes} bytes`);
  }
  // Byte for byte, so that positions and comparisons are those of the object
  const text = bytes.toString("latin1");
  if (text.includes("\0")) throw new UnsignableObjectError("it holds a NUL byte");
  const end = text.indexOf("\n\n");
  if (end === -1) throw new UnsignableObjectError("it is neither a commit nor a tag");
  const headers = splitHeaders(text.slice(0, end));
  const [first] = headers;
  if (first?.name === "tree") return parseCommit(headers);
  if (first?.name === "object") return parseTag(headers, text.slice(end + 2));
  throw new UnsignableObjectError("it is neither a commit nor a tag");
}

function splitHeaders(text: string): readonly Header[] {
  const headers: { name: string; value: string }[] = [];
  for (const line of text.split("\n")) {
    const last = headers.at(-1);
    const blank = line.indexOf(" ");
    if (blank === 0 && last !== undefined) last.value += `\n${line.slice(1)}`;
    else if (blank > 0) headers.push({ name: line.slice(0, blank), value: line.slice(blank + 1) });
    else throw new UnsignableObjectError("a header is not valid");
  }
  return headers;
}

/** Takes headers off the front, in the order in which git writes them. */
class HeaderQueue {
  readonly #headers: readonly Header[];
  #taken = 0;

  constructor(headers: readonly Header[]) {
    this.#headers = headers;
  }

  next(name: string): string | undefined {
    const header = this.#headers[this.#taken];
    if (header?.name !== name) return undefined;
    this.#taken += 1;
    return header.value;
  }

  /** @throws UnsignableObjectError */
  need(name: string): string {
    const value = this.next(name);
    if (value !== undefined) return value;
    throw new UnsignableObjectError(`there is no ${name} header where it must be`);
  }

  all(name: string): readonly string[] {
    const values: string[] = [];
    for (let value = this.next(name); value !== undefined; value = this.next(name)) {
      values.push(value);
    }
    return values;
  }

  /** @throws UnsignableObjectError when a header is left: twice, out of order, or of no known name */
  end(): void {
    const left = this.#headers[this.#taken];
    if (left === undefined) return;
    const name = /^[A-Za-z0-9-]{1,32}$/.test(left.name) ? `: ${left.name}` : "";
    throw new UnsignableObjectError(`it has a header that is not signed${name}`);
  }
}

function parseCommit(headers: readonly Header[]): SignableCommit {
  const queue = new HeaderQueue(headers);
  const tree = parseId(queue.need("tree"));
  const parents = queue.all("parent").map(parseId);
  const author = parseAuthor("author", queue.need("author"));
  const committer = parseAuthor("committer", queue.need("committer"));
  const encoding = queue.next("encoding");
  const merged = queue.all("mergetag");
  queue.end();
  if (parents.length > maxParents) {
    throw new UnsignableObjectError(`it has more than ${maxParents} parents`);
  }
  if (parents.some((parent) => parent.length !== tree.length)) {
    throw new UnsignableObjectError("its object ids are of two kinds");
  }
  if (encoding !== undefined && !encodingShape.test(encoding)) {
    throw new UnsignableObjectError("its encoding is not valid");
  }
  // A signed tag that was merged: git copies the whole of it
  if (merged.some((tag) => !tag.startsWith("object ")) || merged.length > parents.length) {
    throw new UnsignableObjectError("its mergetag is not valid");
  }
  return { type: "commit", tree, parents, author, committer };
}

function parseTag(headers: readonly Header[], body: string): SignableTag {
  const queue = new HeaderQueue(headers);
  const object = parseId(queue.need("object"));
  const objectType = queue.need("type");
  const name = queue.need("tag");
  const tagger = parseAuthor("tagger", queue.need("tagger"));
  queue.end();
  if (name.length > 255 || badTagName.test(name)) {
    throw new UnsignableObjectError("its tag name is not valid");
  }
  // git takes what follows such a line for the signature, and leaves it out of what it checks
  if (signatureMark.test(body)) throw new UnsignableObjectError("its message holds a signature");
  return { type: "tag", object, objectType, name, tagger };
}

function parseId(text: string): string {
  if (objectId.test(text)) return text;
  throw new UnsignableObjectError("an object id in it is not valid");
}

function parseAuthor(header: string, value: string): ObjectAuthor {
  const match = identityLine.exec(value);
  if (match === null) throw new UnsignableObjectError(`its ${header} is not valid`);
  return { text: match[1] ?? "", epoch: Number(match[2]) };
}
