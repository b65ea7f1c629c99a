import { createHash } from "node:crypto";
import type { SignableObject } from "./commit-object.ts";

/**
 * The id that git gives the object once the signature is in it. The repository's hash is known by the ids in the object:
 * 40 hexadecimal digits are SHA-1, 64 are SHA-256.
 * @param payload the bytes that were signed
 * @param signature armoured, ends with a line break
 */
export function toSignedObjectId(
  object: SignableObject,
  payload: Buffer,
  signature: string,
): string {
  const id = object.type === "commit" ? object.tree : object.object;
  const algorithm = id.length === 64 ? "sha256" : "sha1";
  const content =
    object.type === "commit"
      ? withSignatureHeader(payload, signature, algorithm)
      : Buffer.concat([payload, Buffer.from(signature)]);
  return toObjectId(object.type, content, algorithm);
}

type Algorithm = "sha1" | "sha256";

/** As git has it: the hash of the type, the length and the bytes. */
function toObjectId(type: SignableObject["type"], content: Buffer, algorithm: Algorithm): string {
  const hash = createHash(algorithm).update(`${type} ${content.length}\0`);
  return hash.update(content).digest("hex");
}

/** git's add_header_signature: the last header, with a blank in front of every line but the first. */
function withSignatureHeader(payload: Buffer, signature: string, algorithm: Algorithm): Buffer {
  const name = algorithm === "sha1" ? "gpgsig" : "gpgsig-sha256";
  const lines = signature.replace(/\n$/, "").split("\n");
  const header = Buffer.from(`${name} ${lines.join("\n ")}\n`);
  const at = payload.indexOf("\n\n") + 1;
  return Buffer.concat([payload.subarray(0, at), header, payload.subarray(at)]);
}

/** A commit as its own bytes prove it. */
interface ProvenCommit {
  readonly id: string;
  readonly parents: readonly string[];
}

const entryHead = /^([0-9a-f]{40}|[0-9a-f]{64}) commit (0|[1-9]\d{0,7})$/;
const parentLine = /^parent ([0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * The commits in the output of `git cat-file --batch`, each under the id that its bytes have: whoever wrote the list
 * can't give a commit other parents. It ends at the first entry that isn't whole, or isn't a commit.
 */
export function readCommitList(bytes: Buffer): readonly ProvenCommit[] {
  const commits: ProvenCommit[] = [];
  for (let at = 0; ;) {
    const lineEnd = bytes.indexOf(10, at);
    const head = lineEnd === -1 ? null : entryHead.exec(bytes.toString("latin1", at, lineEnd));
    if (head === null) return commits;
    const end = lineEnd + 1 + Number(head[2]);
    if (end > bytes.length) return commits;
    commits.push(
      prove(bytes.subarray(lineEnd + 1, end), head[1]?.length === 64 ? "sha256" : "sha1"),
    );
    at = end + 1;
  }
}

function prove(content: Buffer, algorithm: Algorithm): ProvenCommit {
  const [, ...lines] = content.toString("latin1").split("\n");
  const parents: string[] = [];
  for (const line of lines) {
    const parent = parentLine.exec(line)?.[1];
    if (parent === undefined) break;
    parents.push(parent);
  }
  return { id: toObjectId("commit", content, algorithm), parents };
}
