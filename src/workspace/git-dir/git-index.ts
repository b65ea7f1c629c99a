import type { Buffer } from "node:buffer";

// The index of a work tree (gitformat-index(5)). A sandbox may have written it: nothing in it is taken for right.

/** Of a name: how it's spelled in the index, a letter for each byte. */
export interface IndexEntry {
  /** Offset of its times, device, inode, mode, owner and size */
  readonly at: number;
  /** Of the object id, `bytes` */
  readonly idLength: number;
  readonly isSkipped: boolean;
  readonly isAssumed: boolean;
  /** Whether only its name was added (`git add --intent-to-add`) */
  readonly isPromised: boolean;
  /** 0, or 1 to 3 of a conflict */
  readonly stage: number;
  /** Made when it's asked for: a large index has half a million of them */
  readonly name: () => string;
  readonly nameLength: number;
}

export interface IndexExtension {
  readonly name: string;
  readonly at: number;
  readonly length: number;
}

/** What is behind the entries. */
export interface IndexEnd {
  readonly extensions: readonly IndexExtension[];
  /** Of an object id, `bytes` */
  readonly idLength: number;
}

/** Of an index in which it was looked at, half a million files have this size. */
export const maxIndexBytes = 64 * 1024 * 1024;

const headLength = 12;
/** Times, device, inode, mode, owner and size */
export const statLength = 40;
/** A name whose length isn't written, and ends with the next zero */
const longName = 0xfff;
/** Longer names are no paths of a file system; a version 4 index could make them grow with each entry */
const maxNameLength = 8192;

/**
 * Reads an index, with a visitor for each length that object ids have: it isn't written, and only with the right one
 * everything fits.
 * @param start makes what is called for each entry
 * @returns what the visitor collected, and what is behind the entries; undefined for what is no index
 */
export function readIndex<T>(
  index: Buffer,
  start: () => { readonly visit: (entry: IndexEntry) => void; readonly result: T },
): (IndexEnd & { readonly result: T }) | undefined {
  if (index.length < headLength || index.toString("latin1", 0, 4) !== "DIRC") return undefined;
  for (const idLength of [20, 32]) {
    const { visit, result } = start();
    const extensions = visitEntries(index, idLength, visit);
    if (extensions !== undefined) return { extensions, idLength, result };
  }
  return undefined;
}

function visitEntries(
  index: Buffer,
  idLength: number,
  visit: (entry: IndexEntry) => void,
): readonly IndexExtension[] | undefined {
  const version = index.readUInt32BE(4);
  if (version < 2 || version > 4) return undefined;
  const end = index.length - idLength;
  let previous = "";
  let at = headLength;
  for (let left = index.readUInt32BE(8); left > 0; left--) {
    const flagsAt = at + statLength + idLength;
    if (flagsAt + 4 > end) return undefined;
    // The first byte of each pair; this runs for every file that git tracks
    const high = index[flagsAt] ?? 0;
    const isExtended = version > 2 && (high & 0x40) !== 0;
    const more = isExtended ? (index[flagsAt + 2] ?? 0) : 0;
    const nameAt = flagsAt + (isExtended ? 4 : 2);
    const length = ((high & 0x0f) << 8) | (index[flagsAt + 1] ?? 0);
    const name =
      version === 4 ? readShortenedName(index, nameAt, previous) : findName(index, nameAt, length);
    if (name === undefined || name.end >= end) return undefined;
    const { text } = name;
    visit({
      at,
      idLength,
      isSkipped: (more & 0x40) !== 0,
      isAssumed: (high & 0x80) !== 0,
      isPromised: (more & 0x20) !== 0,
      stage: (high >> 4) & 3,
      name: () => text ?? index.toString("latin1", nameAt, name.end),
      nameLength: text?.length ?? name.end - nameAt,
    });
    previous = text ?? "";
    at = version === 4 ? name.end + 1 : at + ((name.end - at + 8) & ~7);
  }
  return readExtensions(index, { at, end });
}

/** Names are bytes; a letter for each of them. */
interface IndexName {
  /** Undefined where it stands in the index as it is */
  readonly text?: string;
  /** Where its zero is */
  readonly end: number;
}

function findName(index: Buffer, at: number, length: number): IndexName | undefined {
  const end = length < longName ? at + length : index.indexOf(0, at);
  return end === -1 || end - at > maxNameLength ? undefined : { end };
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

/** A number of variable length (gitformat-pack(5), "offset encoding"), and where it ends; undefined for what is none. */
export function readOffset(
  bytes: Buffer,
  at: number,
): { readonly value: number; readonly end: number } | undefined {
  let value = 0;
  for (let count = 0; count < 8; count++) {
    const byte = bytes[at + count];
    if (byte === undefined) return undefined;
    value = value * 128 + (byte & 0x7f);
    if ((byte & 0x80) === 0) return { value, end: at + count + 1 };
    value++;
  }
  return undefined;
}

function readExtensions(
  index: Buffer,
  { at, end }: { readonly at: number; readonly end: number },
): readonly IndexExtension[] | undefined {
  const found: IndexExtension[] = [];
  let next = at;
  while (next < end) {
    if (next + 8 > end) return undefined;
    const length = index.readUInt32BE(next + 4);
    found.push({ name: index.toString("latin1", next, next + 4), at: next + 8, length });
    next += 8 + length;
  }
  return next === end ? found : undefined;
}

/** Name of the file with the rest of a split index, in the same folder; undefined for one that is whole. */
export function toSharedIndex(
  index: Buffer,
  { extensions, idLength }: IndexEnd,
): string | undefined {
  const link = extensions.find(({ name }) => name === "link");
  return link && `sharedindex.${index.toString("hex", link.at, link.at + idLength)}`;
}
