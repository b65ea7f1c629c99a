import { Readable } from "node:stream";
import { BatchParser, type ObjectHead, ObjectsUnreadable } from "./object-parser.ts";
import { type GitCall, startGit } from "./git-process.ts";

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
