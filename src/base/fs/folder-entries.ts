import { opendirSync, readdirSync, type Dirent } from "node:fs";
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

/** @returns undefined for a folder that may not be read */
export function readUnusualEntries(path: string | Buffer): UnusualEntries | undefined {
  try {
    const found = readdirSync(path, { withFileTypes: true });
    const unusual = found.filter((entry) => !entry.isFile());
    const entries = hasBytes(unusual)
      ? readEntries(path).filter(({ kind }) => kind !== "file")
      : unusual.map((entry) => ({ name: entry.name, kind: toKind(entry) }));
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
