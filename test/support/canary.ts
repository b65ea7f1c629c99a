import { randomInt } from "node:crypto";
import { type Dirent, type Stats, createReadStream } from "node:fs";
import { lstat, readdir, readlink } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";
import { decodeAll } from "./canary-decode.ts";
import { createMatcher, toNeedles } from "./canary-needles.ts";

/** A place where a canary shows. */
export interface CanaryHit {
  /** How it was encoded, outermost last: `base64 at offset 1 in gzip` */
  readonly encoding: string;
  /** Byte offset in the haystack, of the packed stream where it was packed */
  readonly offset: number;
}

export interface FileHit extends CanaryHit {
  readonly path: string;
}

export interface FileSearch {
  readonly hits: readonly FileHit[];
  readonly files: number;
  readonly bytes: number;
  /** What was not, or not wholly, searched, and why */
  readonly skipped: readonly { readonly path: string; readonly why: string }[];
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A random secret for a test: 40 letters and digits, 238 bits. */
export function createCanary(): string {
  return Array.from({ length: 40 }, () => alphabet[randomInt(alphabet.length)]).join("");
}

/** Packed content in packed content is followed so deep. */
const maxDepth = 3;
/** Bytes of a file in memory at once; a packed stream inside a larger file is followed to the end of its window. */
const windowBytes = 64 * 1024 * 1024;
/** Longer than any needle, so that one across two windows is found in the second. */
const overlapBytes = 1024 * 1024;

type Search = (haystack: Buffer) => { hits: CanaryHit[]; tooLarge: readonly number[] };

/**
 * Every trace of a canary: any 12-character slice, raw or encoded, also in packed content.
 * @throws Error when packed content was too large to look at and nothing was found elsewhere
 */
export function searchCanary(haystack: Buffer | string, canary: string): readonly CanaryHit[] {
  const bytes = typeof haystack === "string" ? Buffer.from(haystack) : haystack;
  const { hits, tooLarge } = createSearch(canary)(bytes);
  if (hits.length === 0 && tooLarge.length > 0) {
    throw new Error(`content packed at offset ${tooLarge[0]} is too large to search`);
  }
  return hits;
}

function createSearch(canary: string): Search {
  const match = createMatcher(toNeedles(canary));
  const search = (haystack: Buffer, depth: number): ReturnType<Search> => {
    const hits: CanaryHit[] = match(haystack);
    if (depth === maxDepth) return { hits, tooLarge: [] };
    const { found, tooLarge } = decodeAll(haystack);
    const allTooLarge = [...tooLarge];
    for (const { encoding, offset, content } of found) {
      const inner = search(content, depth + 1);
      allTooLarge.push(...inner.tooLarge.map(() => offset));
      for (const hit of inner.hits)
        hits.push({ encoding: `${hit.encoding} in ${encoding}`, offset });
    }
    return { hits, tooLarge: allTooLarge };
  };
  return (haystack) => search(haystack, 0);
}

/** Searches files and whole trees, their names and the targets of links included. Links aren't followed. */
export async function searchFiles(paths: readonly string[], canary: string): Promise<FileSearch> {
  const walk = new TreeSearch(createSearch(canary));
  for (const path of paths) await walk.visit(path);
  return walk;
}

class TreeSearch implements FileSearch {
  readonly hits: FileHit[] = [];
  readonly skipped: { path: string; why: string }[] = [];
  files = 0;
  bytes = 0;
  readonly #search: Search;

  constructor(search: Search) {
    this.#search = search;
  }

  async visit(path: string): Promise<void> {
    this.#look(path, Buffer.from(path), "in the name");
    try {
      const facts = await lstat(path);
      if (facts.isDirectory()) {
        for (const name of await namesIn(path)) await this.visit(join(path, name));
      } else if (facts.isSymbolicLink()) {
        this.#look(path, Buffer.from(await readlink(path)), "in the link's target");
      } else if (facts.isFile()) await this.#file(path);
      else this.skipped.push({ path, why: kindOf(facts) });
    } catch (error) {
      // An unreadable file is part of the answer, not the end of the search
      this.skipped.push({ path, why: error instanceof Error ? error.message : String(error) });
    }
  }

  async #file(path: string): Promise<void> {
    this.files += 1;
    // Sizes lie (/proc says 0), so files are read to their end
    let magic: Buffer | undefined;
    let isLarge = false;
    await windowsOf(
      createReadStream(path, { highWaterMark: overlapBytes }),
      (window, isFirst, fresh) => {
        if (isFirst) magic = Buffer.from(window.subarray(0, 4));
        else isLarge = true;
        this.bytes += fresh;
        this.#look(path, window);
      },
    );
    const unpack = magic === undefined || !isLarge ? undefined : unpackerFor(magic);
    if (unpack === undefined) return;
    await windowsOf(createReadStream(path).pipe(unpack), (window) => {
      this.#look(path, window, "in the packed file");
    });
  }

  #look(path: string, window: Buffer, where?: string): void {
    const { hits, tooLarge } = this.#search(window);
    for (const hit of hits) {
      const encoding = where === undefined ? hit.encoding : `${hit.encoding} ${where}`;
      this.hits.push({ path, encoding, offset: hit.offset });
    }
    for (const offset of tooLarge) {
      this.skipped.push({ path, why: `packed content at ${offset} is too large` });
    }
  }
}

function unpackerFor(magic: Buffer): ReturnType<typeof createGunzip> | undefined {
  if (magic.readUInt16BE(0) === 0x1f8b) return createGunzip();
  if (magic.length === 4 && magic.readUInt32LE(0) === 0xfd2fb528) return createZstdDecompress();
  return undefined;
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const entries: Dirent[] = await readdir(folder, { withFileTypes: true });
  return entries.map((entry) => entry.name);
}

function kindOf(facts: Stats): string {
  if (facts.isSocket()) return "a socket";
  if (facts.isFIFO()) return "a pipe";
  return facts.isCharacterDevice() || facts.isBlockDevice() ? "a device" : "not a file";
}

/** Feeds a stream in large windows that overlap, `fresh` being the bytes that weren't in the last one. */
async function windowsOf(
  stream: Readable,
  look: (window: Buffer, isFirst: boolean, fresh: number) => void,
): Promise<void> {
  let parts: Buffer[] = [];
  let size = 0;
  let carried = 0;
  let isFirst = true;
  for await (const part of stream as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size < windowBytes) continue;
    const window = Buffer.concat(parts);
    look(window, isFirst, size - carried);
    isFirst = false;
    const rest = Buffer.from(window.subarray(-overlapBytes));
    parts = [rest];
    size = rest.length;
    carried = rest.length;
  }
  if (size > carried || isFirst) look(Buffer.concat(parts), isFirst, size - carried);
}
