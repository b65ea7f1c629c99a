import { Readable } from "node:stream";
import { type GitCall, startGit } from "./git-process.ts";

/** One object as `cat-file --batch` gives it. */
export interface ObjectHead {
  readonly oid: string;
  readonly type: string;
  /** Bytes of its content */
  readonly size: number;
  /** The content's beginning */
  readonly head: Buffer;
}

/** Git couldn't say it: an object is missing or damaged, a limit was reached, or it was killed. */
export class ObjectsUnreadable extends Error {
  /** The first id that is missing, when that is the reason */
  readonly missing: string | undefined;

  constructor(message: string, missing?: string) {
    super(message);
    this.name = "ObjectsUnreadable";
    this.missing = missing;
  }
}

type Question = Omit<GitCall, "args">;

/**
 * Reads objects in the given order, the first `maxHeadBytes` of each.
 * @throws ObjectsUnreadable
 */
export async function* readObjects(
  question: Question,
  oids: Iterable<string>,
  maxHeadBytes: number,
): AsyncGenerator<ObjectHead> {
  const child = startGit({ ...question, args: ["cat-file", "--batch", "--buffer"] });
  Readable.from(withLineBreaks(oids)).pipe(child.stdin);
  const parser = new BatchParser(maxHeadBytes);
  let isRead = false;
  try {
    for await (const piece of child.stdout as AsyncIterable<Buffer>) yield* parser.push(piece);
    isRead = true;
  } finally {
    if (!isRead) child.kill();
  }
  const { status } = await child.ended;
  if (status !== 0 || !parser.isComplete) throw new ObjectsUnreadable("git ended before its time");
}

/** Every object of the repository itself (alternates too, when the question has some) with its type. */
export async function* listObjects(
  question: Question,
): AsyncGenerator<{ readonly oid: string; readonly type: string }> {
  const format = "--batch-check=%(objectname) %(objecttype)";
  const args = ["cat-file", "--batch-all-objects", "--unordered", "--buffer", format];
  const child = startGit({ ...question, args });
  child.stdin.end();
  let isRead = false;
  try {
    for await (const line of splitLines(child.stdout)) {
      const space = line.indexOf(" ");
      yield { oid: line.slice(0, space), type: line.slice(space + 1) };
    }
    isRead = true;
  } finally {
    if (!isRead) child.kill();
  }
  if ((await child.ended).status !== 0) throw new ObjectsUnreadable("git ended before its time");
}

/** The types of those that are there. @throws ObjectsUnreadable */
export async function readTypes(
  question: Question,
  oids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const types = new Map<string, string>();
  if (oids.length === 0) return types;
  const args = ["cat-file", "--batch-check=%(objectname) %(objecttype)", "--buffer"];
  const child = startGit({ ...question, args });
  Readable.from(withLineBreaks(oids)).pipe(child.stdin);
  for await (const line of splitLines(child.stdout)) {
    const [oid = "", type = ""] = line.split(" ");
    if (type !== "missing") types.set(oid, type);
  }
  if ((await child.ended).status !== 0) throw new ObjectsUnreadable("git ended before its time");
  return types;
}

function* withLineBreaks(lines: Iterable<string>): Generator<string> {
  let batch = "";
  for (const line of lines) {
    batch += `${line}\n`;
    if (batch.length < 64 * 1024) continue;
    yield batch;
    batch = "";
  }
  if (batch !== "") yield batch;
}

/** Each line as a string of its own: a part of a longer one would keep the whole of it in memory. */
async function* splitLines(stream: Readable): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of stream as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let at = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, at)) {
      yield bytes.toString("latin1", at, end);
      at = end + 1;
    }
    rest = bytes.subarray(at);
  }
}

/** `OID TYPE SIZE\n`, the content, `\n`; or `OID missing\n`. */
class BatchParser {
  readonly #maxHeadBytes: number;
  #line = "";
  #object: { oid: string; type: string; size: number; left: number; head: Buffer[] } | undefined;

  constructor(maxHeadBytes: number) {
    this.#maxHeadBytes = maxHeadBytes;
  }

  get isComplete(): boolean {
    return this.#object === undefined && this.#line === "";
  }

  *push(piece: Buffer): Generator<ObjectHead> {
    let at = 0;
    while (at < piece.length) {
      const object = this.#object;
      if (object === undefined) {
        at = this.#readLine(piece, at);
        continue;
      }
      // With the line break behind the content
      const end = Math.min(piece.length, at + object.left + 1);
      const wanted = this.#maxHeadBytes - (object.size - object.left);
      const content = Math.min(end - at, object.left);
      if (wanted > 0) object.head.push(piece.subarray(at, at + Math.min(content, wanted)));
      const isEnd = end - at === object.left + 1;
      object.left -= content;
      at = end;
      if (!isEnd) continue;
      this.#object = undefined;
      const { oid, type, size, head } = object;
      yield { oid, type, size, head: Buffer.concat(head) };
    }
  }

  #readLine(piece: Buffer, at: number): number {
    const end = piece.indexOf(10, at);
    this.#line += piece.toString("latin1", at, end === -1 ? piece.length : end);
    if (end === -1) return piece.length;
    const [oid = "", type = "", size = ""] = this.#line.split(" ");
    if (type === "missing") throw new ObjectsUnreadable("an object is missing", oid);
    if (!/^[0-9]{1,15}$/.test(size)) throw new ObjectsUnreadable("git's answer isn't understood");
    this.#line = "";
    this.#object = { oid, type, size: Number(size), left: Number(size), head: [] };
    return end + 1;
  }
}
