import { createHash } from "node:crypto";

/** A commit as its own bytes prove it. */
export interface ProvenCommit {
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

function prove(content: Buffer, algorithm: "sha1" | "sha256"): ProvenCommit {
  const id = createHash(algorithm)
    .update(`commit ${content.length}\0`)
    .update(content)
    .digest("hex");
  const [, ...lines] = content.toString("latin1").split("\n");
  const parents: string[] = [];
  for (const line of lines) {
    const parent = parentLine.exec(line)?.[1];
    if (parent === undefined) break;
    parents.push(parent);
  }
  return { id, parents };
}
