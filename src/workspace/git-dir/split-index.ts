import type { Buffer } from "node:buffer";
import { toSharedIndex, type IndexEnd } from "./git-index.ts";

// A split index (gitformat-index(5), "Split index"): most entries are in a shared file, and two bitmaps say which of them
// the index itself deletes and replaces.

/** Which entries of the shared index don't count as they are, one byte for each. */
export interface SplitIndex {
  /** In the same folder */
  readonly shared: string;
  readonly deleted: Uint8Array;
  readonly replaced: Uint8Array;
}

/**
 * @param count entries of the shared index
 * @returns undefined for an index that is whole
 */
export function readSplit(index: Buffer, end: IndexEnd, count: number): SplitIndex | undefined {
  const shared = toSharedIndex(index, end);
  const link = end.extensions.find(({ name }) => name === "link");
  if (shared === undefined || link === undefined) return undefined;
  const bytes = index.subarray(link.at + end.idLength, link.at + link.length);
  const deleted = readBitmap(bytes, count);
  const replaced = readBitmap(bytes.subarray(deleted.end), count);
  return { shared, deleted: deleted.bits, replaced: replaced.bits };
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
