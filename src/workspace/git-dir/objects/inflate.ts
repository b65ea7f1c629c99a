import type { Buffer } from "node:buffer";
import { inflateSync } from "node:zlib";

/** What zlib makes of bytes that can't be made smaller (zlib's `deflateBound`), generously. */
export function toPackedLimit(maxBytes: number): number {
  return maxBytes + (maxBytes >> 8) + 1024;
}

/** What was packed, whatever follows it. @throws Error when it's damaged, or more than `maxBytes` */
export function inflate(packed: Buffer, maxBytes: number): Buffer {
  // Zero stands for no limit
  return inflateSync(packed, { maxOutputLength: Math.max(1, maxBytes) });
}
