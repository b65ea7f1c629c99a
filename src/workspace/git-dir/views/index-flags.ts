import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { readIndex, toSharedIndex } from "../git-index.ts";

/** What an index says that makes git leave something out (gitformat-index(5)). */
export interface IndexFlags {
  /** Files that git doesn't compare with the work tree */
  readonly skipWorktree: FlaggedFiles;
  readonly assumeUnchanged: FlaggedFiles;
  /** Extensions: `FSMN` says which files are unchanged, `UNTR` which folders have no new files, `link` names another index */
  readonly extensions: readonly string[];
  /** Of the index that has the rest of the entries, in the same folder */
  readonly shared: string | undefined;
}

export interface FlaggedFiles {
  readonly count: number;
  /** The first ones */
  readonly paths: readonly string[];
  /** The same for the same files */
  readonly digest: string;
}

const maxPaths = 3;

/** @returns undefined for what is no index */
export function parseIndexFlags(index: Buffer): IndexFlags | undefined {
  const read = readIndex(index, () => {
    const skipWorktree = createCollector();
    const assumeUnchanged = createCollector();
    return {
      visit: ({ isSkipped, isAssumed, name }) => {
        if (isSkipped) skipWorktree.add(name());
        if (isAssumed) assumeUnchanged.add(name());
      },
      result: { skipWorktree, assumeUnchanged },
    };
  });
  return (
    read && {
      skipWorktree: read.result.skipWorktree.result(),
      assumeUnchanged: read.result.assumeUnchanged.result(),
      extensions: read.extensions.map(({ name }) => name),
      shared: toSharedIndex(index, read),
    }
  );
}

interface Collector {
  readonly add: (name: string) => void;
  readonly result: () => FlaggedFiles;
}

function createCollector(): Collector {
  const hash = createHash("sha256");
  const paths: string[] = [];
  let count = 0;
  return {
    add: (name) => {
      hash.update(`${name}\0`, "latin1");
      if (count++ < maxPaths) paths.push(name);
    },
    result: () => ({ count, paths, digest: hash.digest("hex") }),
  };
}
