import { createHash, type Hash } from "node:crypto";
import type { Readable } from "node:stream";

/** One entry of a tar. */
export interface TarEntry {
  readonly path: string;
  /** `name`: one more name (hard link) of a file that came before */
  readonly type: "file" | "link" | "name" | "folder" | "other";
  /** Bits of the mode, `0o777` */
  readonly mode: number;
  readonly size: number;
  /** Of a symbolic link; for a `name` the path that came before */
  readonly target: string;
  /** Of a file that was wanted, SHA-256; the rest is skipped */
  readonly digest: string | undefined;
  /** The same file, unless it's too large to be kept */
  readonly content: Buffer | undefined;
}

const blockBytes = 512;
/** Of an extended header: a path and little else. */
const maxHeaderBytes = 64 * 1024;
const types: Readonly<Record<string, TarEntry["type"]>> = {
  "\0": "file",
  "0": "file",
  "1": "name",
  "2": "link",
  "5": "folder",
};

/**
 * Reads a tar as it comes: ustar with the extended headers of POSIX.1-2001 (pax), and GNU's long names. Only files that
 * `wants` names are read, and kept up to `maxContentBytes` each. An entry that isn't wanted is given before it's skipped:
 * whoever ends the loop there needs no more of the stream.
 * @throws Error when it isn't a tar, or ends early
 */
export async function* readTar(
  stream: Readable,
  options: {
    readonly wants: (path: string, size: number) => boolean;
    readonly maxContentBytes: number;
  },
): AsyncGenerator<TarEntry> {
  const source = toReader(stream);
  let extended: ReadonlyMap<string, string> = new Map();
  for (;;) {
    const header = await source.read(blockBytes);
    if (header[0] === 0) return;
    const size = toNumber(header.subarray(124, 136));
    const padded = Math.ceil(size / blockBytes) * blockBytes;
    const type = header.toString("latin1", 156, 157);
    if (type === "x" || type === "L" || type === "K" || type === "g") {
      if (size > maxHeaderBytes) throw new Error("a header of the tar is too long");
      const block = (await source.read(padded)).subarray(0, size);
      extended = new Map([...extended, ...parseExtended(type, block)]);
      continue;
    }
    const prefix = toText(header.subarray(345, 500));
    const name = toText(header.subarray(0, 100));
    const path = extended.get("path") ?? (prefix === "" ? name : `${prefix}/${name}`);
    const length = Number(extended.get("size") ?? size);
    const isWanted = types[type] === "file" && options.wants(path, length);
    const isKept = isWanted && length <= options.maxContentBytes;
    const whole = Math.ceil(length / blockBytes) * blockBytes;
    const content = isKept ? (await source.read(whole)).subarray(0, length) : undefined;
    const hash = isWanted ? createHash("sha256") : undefined;
    if (content !== undefined) hash?.update(content);
    else if (hash !== undefined) {
      await source.skip(length, hash);
      await source.skip(whole - length);
    }
    yield {
      path,
      type: types[type] ?? "other",
      mode: toNumber(header.subarray(100, 108)) & 0o777,
      size: length,
      target: extended.get("linkpath") ?? toText(header.subarray(157, 257)),
      digest: hash?.digest("hex"),
      content,
    };
    if (!isWanted) await source.skip(whole);
    extended = new Map();
  }
}

function parseExtended(type: string, block: Buffer): readonly (readonly [string, string])[] {
  if (type === "g") return [];
  if (type !== "x") return [[type === "L" ? "path" : "linkpath", toText(block)]];
  const fields: [string, string][] = [];
  // `LENGTH KEY=VALUE\n`, the length is the whole record's
  for (let at = 0; at < block.length;) {
    const blank = block.indexOf(" ", at);
    const length = Number(block.toString("latin1", at, blank));
    if (blank === -1 || !(length > 0)) break;
    const [key = "", ...rest] = block.toString("utf8", blank + 1, at + length - 1).split("=");
    fields.push([key, rest.join("=")]);
    at += length;
  }
  return fields;
}

interface Reader {
  readonly read: (count: number) => Promise<Buffer>;
  readonly skip: (count: number, hash?: Hash) => Promise<void>;
}

function toReader(stream: Readable): Reader {
  const chunks = (stream as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const next = async (): Promise<void> => {
    const { value, done } = await chunks.next();
    if (done === true) throw new Error("the tar ends early");
    rest = rest.length === 0 ? value : Buffer.concat([rest, value]);
  };
  return {
    read: async (count) => {
      while (rest.length < count) await next();
      const found = rest.subarray(0, count);
      rest = rest.subarray(count);
      return found;
    },
    skip: async (count, hash) => {
      let left = count;
      while (left > rest.length) {
        hash?.update(rest);
        left -= rest.length;
        rest = Buffer.alloc(0);
        await next();
      }
      hash?.update(rest.subarray(0, left));
      rest = rest.subarray(left);
    },
  };
}

/** Octal digits; a size of 8 GiB and more is binary and has its first bit set, which pax makes unnecessary. */
function toNumber(field: Buffer): number {
  const value = Number.parseInt(toText(field).trim() || "0", 8);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error("a number of the tar is broken");
  return value;
}

function toText(field: Buffer): string {
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? field.length : end);
}
