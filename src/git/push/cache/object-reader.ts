import { BatchParser, type ObjectHead } from "./object-parser.ts";
import { type GitCall, streamGit } from "./git-process.ts";
import { ObjectsUnreadable } from "./unproven.ts";

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
  const parser = new BatchParser(maxHeadBytes);
  const output = streamGit({ ...question, args: ["cat-file", "--batch", "--buffer"] }, oids);
  for await (const piece of output) yield* parser.push(piece);
  if (!parser.isComplete) throw new ObjectsUnreadable("git ended before its time");
}

const typesOnly = "--batch-check=%(objectname) %(objecttype)";

/** Every object of the repository itself (alternates too, when the question has some) with its type. */
export async function* listObjects(
  question: Question,
): AsyncGenerator<{ readonly oid: string; readonly type: string }> {
  const args = ["cat-file", "--batch-all-objects", "--unordered", "--buffer", typesOnly];
  for await (const line of splitLines(streamGit({ ...question, args }))) {
    const space = line.indexOf(" ");
    yield { oid: line.slice(0, space), type: line.slice(space + 1) };
  }
}

/** The types of those that are there. @throws ObjectsUnreadable */
export async function readTypes(
  question: Question,
  oids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const types = new Map<string, string>();
  if (oids.length === 0) return types;
  const args = ["cat-file", typesOnly, "--buffer"];
  for await (const line of splitLines(streamGit({ ...question, args }, oids))) {
    const [oid = "", type = ""] = line.split(" ");
    if (type !== "missing") types.set(oid, type);
  }
  return types;
}

/** Each line as a string of its own: a part of a longer one would keep the whole of it in memory. */
async function* splitLines(stream: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of stream) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let at = 0;
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, at)) {
      yield bytes.toString("latin1", at, end);
      at = end + 1;
    }
    rest = bytes.subarray(at);
  }
}
