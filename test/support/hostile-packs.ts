// Packs made by hand, for what git itself wouldn't write.
import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";

export type PackEntry =
  | { readonly type: "commit" | "tree" | "blob" | "tag"; readonly data: Buffer }
  /** A difference against an object named by its id */
  | { readonly type: "ref-delta"; readonly base: string; readonly data: Buffer }
  /** A difference against the entry that many entries before */
  | { readonly type: "ofs-delta"; readonly back: number; readonly data: Buffer }
  /** Already deflated; `size` is what it says that it unfolds to */
  | { readonly type: "raw-blob" | "raw-tree"; readonly size: number; readonly deflated: Buffer };

const typeNumbers = {
  commit: 1,
  tree: 2,
  blob: 3,
  tag: 4,
  "ofs-delta": 6,
  "ref-delta": 7,
  "raw-blob": 3,
  "raw-tree": 2,
} as const;

export function makeRawPack(
  entries: readonly PackEntry[],
  options: { readonly count?: number; readonly version?: number } = {},
): Buffer {
  const header = Buffer.alloc(12);
  header.write("PACK", "latin1");
  header.writeUInt32BE(options.version ?? 2, 4);
  header.writeUInt32BE(options.count ?? entries.length, 8);
  const pieces: Buffer[] = [header];
  const offsets: number[] = [];
  let offset = header.length;
  for (const [index, entry] of entries.entries()) {
    offsets.push(offset);
    const piece = Buffer.concat([
      toEntryHeader(entry),
      entry.type === "ofs-delta"
        ? toOffset(offset - offsets[index - entry.back]!)
        : Buffer.alloc(0),
      "deflated" in entry ? entry.deflated : deflateSync(entry.data),
    ]);
    pieces.push(piece);
    offset += piece.length;
  }
  return withChecksum(Buffer.concat(pieces));
}

export function withChecksum(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, createHash("sha1").update(bytes).digest()]);
}

export function toObjectId(type: string, data: Buffer): string {
  return createHash("sha1").update(`${type} ${data.length}\0`).update(data).digest("hex");
}

export function makeTree(entries: readonly (readonly [mode: string, name: string, oid: string])[]) {
  return Buffer.concat(
    entries.flatMap(([mode, name, oid]) => [
      Buffer.from(`${mode} ${name}\0`),
      Buffer.from(oid, "hex"),
    ]),
  );
}

export function makeCommit(tree: string, parents: readonly string[], message = "m"): Buffer {
  const person = "A <a@example.com> 1700000000 +0000";
  const lines = [`tree ${tree}`, ...parents.map((parent) => `parent ${parent}`)];
  return Buffer.from([...lines, `author ${person}`, `committer ${person}`, "", message].join("\n"));
}

/** A delta that makes `copies` times 16 MiB - 1 out of a base of that size. */
export function makeCopyDelta(baseSize: number, copies: number): Buffer {
  const copy = Buffer.from([0b1111_0000, 0xff, 0xff, 0xff]);
  return Buffer.concat([
    toVariableSize(baseSize),
    toVariableSize(copies * 0xff_ff_ff),
    ...Array.from({ length: copies }, () => copy),
  ]);
}

/** A delta that puts `text` behind the whole base. */
export function makeAppendDelta(baseSize: number, text: string): Buffer {
  const literal = Buffer.from(text);
  return Buffer.concat([
    toVariableSize(baseSize),
    toVariableSize(baseSize + literal.length),
    Buffer.from([0b1011_0000, baseSize & 0xff, (baseSize >> 8) & 0xff]),
    Buffer.from([literal.length]),
    literal,
  ]);
}

function toEntryHeader(entry: PackEntry): Buffer {
  let size = "size" in entry ? entry.size : entry.data.length;
  const bytes: number[] = [];
  let first = (typeNumbers[entry.type] << 4) | (size & 15);
  size = Math.floor(size / 16);
  while (size > 0) {
    bytes.push(first | 0x80);
    first = size & 0x7f;
    size = Math.floor(size / 128);
  }
  bytes.push(first);
  const base = entry.type === "ref-delta" ? Buffer.from(entry.base, "hex") : Buffer.alloc(0);
  return Buffer.concat([Buffer.from(bytes), base]);
}

function toOffset(distance: number): Buffer {
  const bytes = [distance & 0x7f];
  for (let rest = distance >> 7; rest > 0; rest >>= 7) {
    rest -= 1;
    bytes.unshift(0x80 | (rest & 0x7f));
  }
  return Buffer.from(bytes);
}

function toVariableSize(size: number): Buffer {
  const bytes: number[] = [];
  let rest = size;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
