import type { Readable } from "node:stream";
import { readTar, type TarEntry } from "./tar-entries.ts";

/**
 * Gives the tar of one place of a home, whose paths begin with the place's own name; undefined when nothing is there.
 * @param place path from the home, empty for all of it
 */
export type OpenPlace = (place: string) => Promise<Readable | undefined>;

/** What the entries of a place are looked at with; paths are from the home. */
export interface PlaceFacts {
  readonly signal: AbortSignal;
  /** Of all files in the place, read or not: the engine streams even what a sparse file doesn't have */
  readonly maxBytes: number;
  readonly maxEntries: number;
  /** Whether a file's content is asked about */
  readonly wants: (path: string) => boolean;
  readonly onEntry: (path: string, entry: TarEntry) => void;
}

/** A larger file is known by its digest alone. */
const maxContentBytes = 1024 * 1024;

/**
 * Reads one place of a home.
 * @returns whether that was all of it: neither too much nor cut by the signal
 * @throws Error of the engine, or when it's no tar
 */
export async function readPlace(
  open: OpenPlace,
  place: string,
  look: PlaceFacts,
): Promise<boolean> {
  const { signal, wants, onEntry } = look;
  if (signal.aborted) return false;
  const archive = await open(place);
  if (archive === undefined) return true;
  const stop = (): unknown => archive.destroy(new Error("it takes too long"));
  signal.addEventListener("abort", stop);
  const toPath = (path: string): string => toHomePath(place, path);
  let bytes = 0;
  let count = 0;
  const isAskedFor = (path: string, size: number): boolean => {
    bytes += size;
    return bytes <= look.maxBytes && wants(toPath(path));
  };
  try {
    for await (const entry of readTar(archive, { wants: isAskedFor, maxContentBytes })) {
      onEntry(toPath(entry.path), { ...entry, target: toTarget(entry, toPath) });
      if (bytes > look.maxBytes || ++count > look.maxEntries) return false;
    }
    return true;
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
    archive.destroy();
  }
}

/** The first name is the place's own. */
function toHomePath(place: string, path: string): string {
  const inner = path
    .split("/")
    .filter((name) => name !== "" && name !== ".")
    .slice(1);
  return [...(place === "" ? [] : [place]), ...inner].join("/");
}

function toTarget({ type, target }: TarEntry, toPath: (path: string) => string): string {
  return type === "name" ? toPath(target) : target;
}
