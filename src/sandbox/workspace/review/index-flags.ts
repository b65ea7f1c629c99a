import type { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

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

const headLength = 12;
/** Times, device, inode, mode, owner and size */
const statLength = 40;
const maxPaths = 3;
/** A name whose length isn't written, and ends with the next zero */
const longName = 0xfff;
/** Longer names are no paths of a file system; a version 4 index could make them grow with each entry */
const maxNameLength = 8192;

/** @returns undefined for what is no index */
export function parseIndexFlags(index: Buffer): IndexFlags | undefined {
  if (index.length < headLength || index.toString("latin1", 0, 4) !== "DIRC") return undefined;
  // The length of an object id isn't written: only with the right one everything fits
  return readIndex(index, 20) ?? readIndex(index, 32);
}

function readIndex(index: Buffer, idLength: number): IndexFlags | undefined {
  const version = index.readUInt32BE(4);
  if (version < 2 || version > 4) return undefined;
  const end = index.length - idLength;
  const skipWorktree = createCollector();
  const assumeUnchanged = createCollector();
  let previous = "";
  let at = headLength;
  for (let left = index.readUInt32BE(8); left > 0; left--) {
    const flagsAt = at + statLength + idLength;
    if (flagsAt + 4 > end) return undefined;
    // The first byte of each pair; this runs for every file that git tracks
    const high = index[flagsAt] ?? 0;
    const isExtended = version > 2 && (high & 0x40) !== 0;
    const isSkipped = isExtended && ((index[flagsAt + 2] ?? 0) & 0x40) !== 0;
    const isAssumed = (high & 0x80) !== 0;
    const nameAt = flagsAt + (isExtended ? 4 : 2);
    const isWanted = version === 4 || isSkipped || isAssumed;
    const length = ((high & 0x0f) << 8) | (index[flagsAt + 1] ?? 0);
    const name =
      version === 4
        ? readShortenedName(index, nameAt, previous)
        : readName(index, { at: nameAt, length, isWanted });
    if (name === undefined || name.end >= end) return undefined;
    if (isSkipped) skipWorktree.add(name.text);
    if (isAssumed) assumeUnchanged.add(name.text);
    previous = name.text;
    at = version === 4 ? name.end + 1 : at + ((name.end - at + 8) & ~7);
  }
  const extensions = readExtensions(index, { at, end });
  if (extensions === undefined) return undefined;
  return {
    skipWorktree: skipWorktree.result(),
    assumeUnchanged: assumeUnchanged.result(),
    extensions: extensions.map(({ name }) => name),
    shared: readShared(index, { idLength, at: extensions.find(({ name }) => name === "link")?.at }),
  };
}

/** Names are bytes; a letter for each of them. */
interface IndexName {
  readonly text: string;
  /** Where its zero is */
  readonly end: number;
}

function readName(
  index: Buffer,
  { at, length, isWanted }: { at: number; length: number; isWanted: boolean },
): IndexName | undefined {
  const end = length < longName ? at + length : index.indexOf(0, at);
  if (end === -1 || end - at > maxNameLength) return undefined;
  return { text: isWanted ? index.toString("latin1", at, end) : "", end };
}

/** Of version 4: without the beginning that it shares with the name before. */
function readShortenedName(index: Buffer, at: number, previous: string): IndexName | undefined {
  const cut = readOffset(index, at);
  if (cut === undefined || cut.value > previous.length) return undefined;
  const end = index.indexOf(0, cut.end);
  const kept = previous.slice(0, previous.length - cut.value);
  if (end === -1 || kept.length + end - cut.end > maxNameLength) return undefined;
  return { text: kept + index.toString("latin1", cut.end, end), end };
}

/** A number of variable length, as in packs (gitformat-pack(5), "offset encoding"). */
function readOffset(
  index: Buffer,
  at: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let count = 0; count < 8; count++) {
    const byte = index[at + count];
    if (byte === undefined) return undefined;
    value = value * 128 + (byte & 0x7f);
    if ((byte & 0x80) === 0) return { value, end: at + count + 1 };
    value++;
  }
  return undefined;
}

interface Extension {
  readonly name: string;
  readonly at: number;
}

function readExtensions(
  index: Buffer,
  { at, end }: { readonly at: number; readonly end: number },
): readonly Extension[] | undefined {
  const found: Extension[] = [];
  let next = at;
  while (next < end) {
    if (next + 8 > end) return undefined;
    found.push({ name: index.toString("latin1", next, next + 4), at: next + 8 });
    next += 8 + index.readUInt32BE(next + 4);
  }
  return next === end ? found : undefined;
}

function readShared(
  index: Buffer,
  { idLength, at }: { readonly idLength: number; readonly at: number | undefined },
): string | undefined {
  return at === undefined ? undefined : `sharedindex.${index.toString("hex", at, at + idLength)}`;
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
