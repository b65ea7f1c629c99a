import type { Buffer } from "node:buffer";
import type { Folder } from "../../../base/fs/beneath.ts";
import type { ScanBudget } from "../../scan-budget.ts";
import {
  maxIndexBytes,
  readIndex,
  statLength,
  toSharedIndex,
  type IndexEntry,
  type IndexEnd,
} from "../../git-dir/git-index.ts";

/** What an index says of a file. */
export interface TrackedEntry {
  /** As hexadecimal digits */
  readonly id: string;
  /** As of a tree: `0o100644` and the like */
  readonly mode: number;
  /** Of the file when it was added, `bytes`; 0 where git looks again anyway */
  readonly size: number;
  /** When it had changed by then, `s` */
  readonly modifiedAt: number;
}

/** Asked for each entry; its name is made only when it's needed. */
export type EntryTest = (entry: IndexEntry) => boolean;

type Entries = Map<string, TrackedEntry>;

/**
 * Finds files in the index of a work tree, by their names (a letter for each byte). One of which only the name was added,
 * or that has a conflict, isn't among them: there is no one content that git has of it.
 * @param folder of the work tree's own part of the repository
 */
export function lookUpTracked(
  folder: Folder,
  isWanted: EntryTest,
  budget: Pick<ScanBudget, "spend">,
): ReadonlyMap<string, TrackedEntry> {
  const index = folder.read("index", maxIndexBytes);
  budget.spend("bytes", index?.length);
  if (index === undefined) return new Map();
  const own = readIndex(index, () => {
    const found: Entries = new Map();
    const nameless: TrackedEntry[] = [];
    return {
      visit: (entry) => {
        if (entry.nameLength === 0) nameless.push(toTracked(index, entry));
        else if (isKnown(entry) && isWanted(entry))
          found.set(entry.name(), toTracked(index, entry));
      },
      result: { found, nameless },
    };
  });
  if (own === undefined) return new Map();
  const shared = toSharedIndex(index, own);
  const base = shared === undefined ? undefined : folder.read(shared, maxIndexBytes);
  budget.spend("bytes", base?.length);
  if (base === undefined) return own.result.found;
  const rest = readShared(base, isWanted);
  const split = readSplit(index, own, rest.count);
  const toReplacement = createRank(split?.replaced);
  for (const { name, at, tracked } of rest.found) {
    if (own.result.found.has(name) || split?.deleted[at] === 1) continue;
    const entry = split?.replaced[at] === 1 ? own.result.nameless[toReplacement(at)] : tracked;
    if (entry !== undefined) own.result.found.set(name, entry);
  }
  return own.result.found;
}

/** Says how many bits are set before a place; the places in order, as there may be a million of them. */
function createRank(bits: Uint8Array = new Uint8Array()): (at: number) => number {
  let [next, count] = [0, 0];
  return (at) => {
    for (; next < at; next++) if (bits[next] === 1) count++;
    return count;
  };
}

interface SharedEntries {
  readonly count: number;
  /** With its number among all */
  readonly found: readonly {
    readonly name: string;
    readonly at: number;
    readonly tracked: TrackedEntry;
  }[];
}

function readShared(base: Buffer, isWanted: EntryTest): SharedEntries {
  const read = readIndex(base, () => {
    const result = { count: 0, found: [] as SharedEntries["found"][number][] };
    return {
      visit: (entry) => {
        const at = result.count++;
        if (isKnown(entry) && isWanted(entry))
          result.found.push({ name: entry.name(), at, tracked: toTracked(base, entry) });
      },
      result,
    };
  });
  return read?.result ?? { count: 0, found: [] };
}

function isKnown({ stage, isPromised }: IndexEntry): boolean {
  return stage === 0 && !isPromised;
}

/** Of the times and numbers before an id (gitformat-index(5)). */
const modifiedAt = 8;
const modeAt = 24;
const sizeAt = 36;

function toTracked(index: Buffer, { at, idLength }: IndexEntry): TrackedEntry {
  const idAt = at + statLength;
  return {
    id: index.toString("hex", idAt, idAt + idLength),
    mode: index.readUInt32BE(at + modeAt),
    size: index.readUInt32BE(at + sizeAt),
    modifiedAt: index.readUInt32BE(at + modifiedAt),
  };
}

// A split index (gitformat-index(5), "Split index"): most entries are in a shared file, and two bitmaps say which of them
// the index itself deletes and replaces.

/** Which entries of the shared index don't count as they are, one byte for each. */
interface SplitIndex {
  readonly deleted: Uint8Array;
  readonly replaced: Uint8Array;
}

/** @param count entries of the shared index */
function readSplit(index: Buffer, end: IndexEnd, count: number): SplitIndex | undefined {
  const link = end.extensions.find(({ name }) => name === "link");
  if (link === undefined) return undefined;
  const bytes = index.subarray(link.at + end.idLength, link.at + link.length);
  const deleted = readBitmap(bytes, count);
  const replaced = readBitmap(bytes.subarray(deleted.end), count);
  return { deleted: deleted.bits, replaced: replaced.bits };
}

const headLength = 8;
const wordLength = 8;
/** Behind the words: where the last one that counts is */
const tailLength = 4;

/** Of "EWAH compressed bitmap" (gitformat-pack(5), appendix): runs of words, and words as they are. */
function readBitmap(
  bytes: Buffer,
  count: number,
): { readonly bits: Uint8Array; readonly end: number } {
  const bits = new Uint8Array(count);
  if (bytes.length < headLength) return { bits, end: bytes.length };
  const end = headLength + bytes.readUInt32BE(4) * wordLength;
  let at = 0;
  for (let next = headLength; next + wordLength <= Math.min(end, bytes.length) && at < count;) {
    const word = bytes.readBigUInt64BE(next);
    const run = Number((word >> 1n) & 0xffff_ffffn) * 64;
    if ((word & 1n) === 1n) bits.fill(1, at, Math.min(at + run, count));
    at += run;
    next += wordLength;
    for (let left = Number(word >> 33n); left > 0 && next + wordLength <= bytes.length; left--) {
      if (at < count) setBits(bits, at, bytes.readBigUInt64BE(next));
      at += 64;
      next += wordLength;
    }
  }
  return { bits, end: end + tailLength };
}

function setBits(bits: Uint8Array, from: number, word: bigint): void {
  for (let bit = 0; bit < 64 && from + bit < bits.length; bit++) {
    if (((word >> BigInt(bit)) & 1n) === 1n) bits[from + bit] = 1;
  }
}
