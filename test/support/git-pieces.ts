import type { NextPiece } from "../../src/git/wire/pkt-reader.ts";

/** A stream of these pieces. */
export function toNext(bytes: Buffer | readonly Buffer[]): NextPiece {
  const pieces = Buffer.isBuffer(bytes) ? [bytes] : [...bytes];
  return () => Promise.resolve(pieces.shift());
}

/** `bytes` cut after these numbers of bytes, one after the other; the rest is the last piece. */
export function toPieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let rest = bytes;
  for (const cut of cuts) {
    if (rest.length === 0) break;
    pieces.push(rest.subarray(0, cut));
    rest = rest.subarray(cut);
  }
  return [...pieces, rest];
}

/** All that a stream still gives. */
export async function drain(next: NextPiece): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for (let piece = await next(); piece !== undefined; piece = await next()) pieces.push(piece);
  return Buffer.concat(pieces);
}
