import { opendirSync, readdir, readdirSync, type Dirent } from "node:fs";
import { toKind, type Entry } from "./entry-facts.ts";
import { toNameText } from "./name-text.ts";

/** Names that are read from a huge folder in one go. */
const namesPerSlice = 4096;

/** @throws Error of the system */
export function readEntries(path: string | Buffer): readonly Entry[] {
  const found = readdirSync(path, { withFileTypes: true });
  if (!hasBytes(found)) return found.map((entry) => ({ name: entry.name, kind: toKind(entry) }));
  const options = { withFileTypes: true, encoding: "buffer" } as const;
  return readdirSync(path, options).map((entry) => ({
    name: toNameText(entry.name),
    kind: toKind(entry),
  }));
}

/** The entries of a folder that are no plain files, of which there are most, and how many there are with those. */
export interface UnusualEntries {
  readonly entries: readonly Entry[];
  readonly count: number;
}

/**
 * Reads folders on other threads, while this one does something else. A promise for each of them, or for each of the
 * calls in them as `fs/promises` has, would take longer than to read them here.
 * @returns in the same order; undefined for one that may not be read
 */
export async function readUnusualEntries(
  paths: readonly (string | Buffer)[],
): Promise<readonly (UnusualEntries | undefined)[]> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const lists = paths.map((): UnusualEntries | undefined => undefined);
  let left = paths.length;
  for (const [index, path] of paths.entries()) {
    readdir(path, { withFileTypes: true }, (error, found) => {
      if (error === null) lists[index] = toUnusual(path, found);
      left -= 1;
      if (left === 0) resolve();
    });
  }
  if (left > 0) await promise;
  return lists;
}

function toUnusual(path: string | Buffer, found: readonly Dirent[]): UnusualEntries | undefined {
  const unusual = found.filter((entry) => !entry.isFile());
  if (!hasBytes(unusual)) {
    const entries = unusual.map((entry) => ({ name: entry.name, kind: toKind(entry) }));
    return { entries, count: found.length };
  }
  try {
    const entries = readEntries(path).filter(({ kind }) => kind !== "file");
    return { entries, count: found.length };
  } catch {
    return undefined;
  }
}

/** Bytes that are no UTF-8 read as this character, which a name may have too: then names are read as bytes. */
function hasBytes(found: readonly Dirent[]): boolean {
  return found.some(({ name }) => name.includes("\ufffd"));
}

/** The same part by part, for a folder with more in it than memory may hold. @throws Error of the system */
export function* readEntrySlices(path: string | Buffer): Generator<readonly Entry[]> {
  // The types know only of names as text
  const encoding = "buffer" as BufferEncoding;
  const folder = opendirSync(path, { encoding, bufferSize: namesPerSlice });
  try {
    for (;;) {
      const slice: Entry[] = [];
      while (slice.length < namesPerSlice) {
        const entry = folder.readSync();
        if (entry === null) break;
        const name = toNameText(entry.name as unknown as Buffer);
        slice.push({ name, kind: toKind(entry) });
      }
      if (slice.length > 0) yield slice;
      if (slice.length < namesPerSlice) return;
    }
  } finally {
    folder.closeSync();
  }
}
