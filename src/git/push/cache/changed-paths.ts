import { type GitCall, streamGit } from "./git-process.ts";
import { ObjectsUnreadable } from "./unproven.ts";

/** Two trees; `from` undefined is the empty one. */
export interface TreePair {
  readonly from: string | undefined;
  readonly to: string;
}

/** The empty tree of each object format: git knows it without having it. */
const emptyTrees = {
  sha1: "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
  sha256: "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
} as const;

/** Longer than any path that a file system takes; git's own limit for a name in a tree is lower. */
const maxPathBytes = 1024 * 1024;

/**
 * The first path that differs in one of the pairs and that `isWanted`: contents, modes, symbolic links, submodules,
 * what is there in one of them only; renames are both their paths.
 * @throws ObjectsUnreadable when a tree is missing
 */
export async function findChangedPath(
  question: Omit<GitCall, "args">,
  pairs: { readonly list: readonly TreePair[]; readonly format: "sha1" | "sha256" },
  isWanted: (path: string) => boolean,
): Promise<string | undefined> {
  if (pairs.list.length === 0) return undefined;
  const args = ["diff-tree", "--stdin", "-r", "--raw", "-z", "--no-renames", "--no-abbrev"];
  args.push("--no-ext-diff", "--no-textconv", "--ignore-submodules=none", "--no-color");
  const lines = pairs.list.map(({ from, to }) => `${from ?? emptyTrees[pairs.format]} ${to}`);
  const reader = new RawDiffReader();
  for await (const piece of streamGit({ ...question, args }, lines)) {
    for (const path of reader.push(piece)) if (isWanted(path)) return path;
  }
  if (reader.seenPairs === pairs.list.length) return undefined;
  throw new ObjectsUnreadable("a tree can't be compared");
}

/**
 * `TREE TREE\n` for each pair, then `:MODES IDS STATUS\0PATH\0` for each difference. A path comes only behind such a
 * head, so a path that looks like something else does no harm.
 */
class RawDiffReader {
  seenPairs = 0;
  #rest: Buffer = Buffer.alloc(0);
  #pathFollows = false;

  *push(piece: Buffer): Generator<string> {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece]);
    let at = 0;
    while (at < bytes.length) {
      const isPairLine = !this.#pathFollows && bytes[at] !== colon;
      const end = bytes.indexOf(isPairLine ? lineBreak : 0, at);
      if (end === -1) break;
      if (this.#pathFollows) yield bytes.toString("utf8", at, end);
      if (isPairLine) this.seenPairs += 1;
      else this.#pathFollows = !this.#pathFollows;
      at = end + 1;
    }
    this.#rest = bytes.subarray(at);
    if (this.#rest.length > maxPathBytes) throw new ObjectsUnreadable("a path is too long");
  }
}

const colon = 0x3a;
const lineBreak = 0x0a;
