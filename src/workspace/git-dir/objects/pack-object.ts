import { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";
import type { PlainFile } from "../../../base/fs/plain-file.ts";
import { readOffset } from "../git-index.ts";
import { findInPack } from "./pack-index.ts";

// An object of a pack (gitformat-pack(5)): whole, or as the changes to another one of the same pack.

const blob = 3;
const changesAtOffset = 6;
const changesOfId = 7;
/** Type, size, and the place of what it changes; `bytes` */
const maxHeadLength = 64;
/** Git itself makes 50, and 4,095 when told to */
const maxChanges = 4096;
/** All of them together, as a part of the largest file that is read */
const maxChangesFactor = 4;
/** The same for what applying them writes */
const maxWrittenFactor = 16;

interface PackPlace {
  /** Of the pack: changes may name their object by its id */
  readonly index: PlainFile;
  readonly idLength: number;
  readonly maxBytes: number;
}

/** Content of a blob at an offset; undefined for anything else. @throws Error for what is no object */
export function readPacked(pack: PlainFile, at: number, place: PackPlace): Buffer | undefined {
  const changes: Buffer[] = [];
  let next: number | undefined = at;
  let left = maxChangesFactor * place.maxBytes;
  while (next !== undefined && changes.length < maxChanges && left > 0) {
    const entry = readEntry(pack, next, place);
    if (entry === undefined) return undefined;
    if (entry.base === undefined) {
      return applyChanges(entry.content, changes, place.maxBytes);
    }
    changes.push(entry.content);
    left -= entry.content.length;
    // What it changes stands before it, or is named: nothing leads round in a circle that isn't cut off
    next = entry.base;
  }
  return undefined;
}

/** The last ones first. Each may copy all of a large file: what is written in between is counted. */
function applyChanges(
  base: Buffer,
  changes: readonly Buffer[],
  maxBytes: number,
): Buffer | undefined {
  let content: Buffer | undefined = base;
  let left = maxWrittenFactor * maxBytes;
  for (const change of changes.toReversed()) {
    content = content && applyChange(content, change, Math.min(maxBytes, left));
    left -= content?.length ?? 0;
  }
  return content;
}

interface PackEntry {
  readonly content: Buffer;
  /** Offset of the object that these are changes to */
  readonly base: number | undefined;
}

function readEntry(
  pack: PlainFile,
  at: number,
  { index, idLength, maxBytes }: PackPlace,
): PackEntry | undefined {
  const head = pack.readAt(at, maxHeadLength);
  const { type, size, end } = readHead(head);
  if (size > maxBytes) return undefined;
  if (type === blob) return { content: readPart(pack, at + end, size), base: undefined };
  if (type === changesAtOffset) {
    const back = readOffset(head, end);
    if (back === undefined || back.value < 1 || back.value > at) return undefined;
    return { content: readPart(pack, at + back.end, size), base: at - back.value };
  }
  if (type !== changesOfId) return undefined;
  const base = findInPack(index, head.subarray(end, end + idLength));
  if (base === undefined) return undefined;
  return { content: readPart(pack, at + end + idLength, size), base };
}

/** Three bits of type and the size, seven bits a byte but the first, lowest ones first. */
function readHead(head: Buffer): {
  readonly type: number;
  readonly size: number;
  readonly end: number;
} {
  const first = head.readUInt8(0);
  let size = first & 0x0f;
  let end = 1;
  for (let byte = first, factor = 16; (byte & 0x80) !== 0; factor *= 128) {
    byte = head.readUInt8(end++);
    size += (byte & 0x7f) * factor;
  }
  return { type: (first >> 4) & 7, size, end };
}

function readPart(pack: PlainFile, at: number, size: number): Buffer {
  const content = inflate(pack.readAt(at, toPackedLimit(size)), size);
  if (content.length !== size) throw new Error("an object of another size than it says");
  return content;
}

/** Applies the changes of "Deltified representation"; undefined when the result is too large. @throws Error */
function applyChange(base: Buffer, change: Buffer, maxBytes: number): Buffer | undefined {
  const before = readSize(change, 0);
  const after = readSize(change, before.end);
  if (before.value !== base.length || after.value > maxBytes) return undefined;
  const result = Buffer.alloc(after.value);
  let length = 0;
  for (let at = after.end; at < change.length;) {
    const step = readStep(change, at, base);
    if (step === undefined || length + step.bytes.length > result.length) return undefined;
    length += step.bytes.copy(result, length);
    at = step.end;
  }
  return length === result.length ? result : undefined;
}

function readSize(change: Buffer, from: number): { readonly value: number; readonly end: number } {
  let value = 0;
  let end = from;
  for (let byte = 0x80, factor = 1; (byte & 0x80) !== 0; factor *= 128) {
    byte = change.readUInt8(end++);
    value += (byte & 0x7f) * factor;
  }
  return { value, end };
}

/** A part of the base, whose offset and size have a bit for each byte that isn't zero, or new bytes. */
function readStep(
  change: Buffer,
  from: number,
  base: Buffer,
): { readonly bytes: Buffer; readonly end: number } | undefined {
  const code = change.readUInt8(from);
  let end = from + 1;
  if (code === 0) return undefined;
  if ((code & 0x80) === 0) {
    return { bytes: change.subarray(end, end + code), end: end + code };
  }
  const read = (bits: readonly number[]): number =>
    bits.reduce(
      (sum, bit, index) =>
        (code & bit) === 0 ? sum : sum + change.readUInt8(end++) * 256 ** index,
      0,
    );
  const offset = read([1, 2, 4, 8]);
  const size = read([16, 32, 64]) || 0x1_0000;
  if (offset + size > base.length) return undefined;
  return { bytes: base.subarray(offset, offset + size), end };
}

/** What zlib makes of bytes that can't be made smaller (zlib's `deflateBound`), generously. */
export function toPackedLimit(maxBytes: number): number {
  return maxBytes + (maxBytes >> 8) + 1024;
}

/** What was packed, whatever follows it. @throws Error when it's damaged, or more than `maxBytes` */
export function inflate(packed: Buffer, maxBytes: number): Buffer {
  // Zero stands for no limit
  return inflateSync(packed, { maxOutputLength: Math.max(1, maxBytes) });
}
