import { dirname, isAbsolute } from "node:path";
import { Folder, inFolderOf, orNothing, type Names } from "../base/fs/beneath.ts";
import type { EntryFacts } from "../base/fs/entry-facts.ts";
import { contains, follow, type WrittenPath } from "../base/fs/path-steps.ts";
import { readRealPath } from "../base/fs/real-path.ts";

/** A folder by its real path; undefined when it isn't there, is none, or may not be read. */
export function openOrNothing(path: string): Folder | undefined {
  return orNothing(() => Folder.openRoot(path));
}

/** The same, where no link may be on the way by now. */
export function openRealOrNothing(path: string): Folder | undefined {
  return orNothing(() => Folder.openReal(path));
}

/** Names from an outer folder to one in it. */
export function toNames(outer: string, inner: string): readonly string[] | undefined {
  if (!contains(outer, inner) || !isAbsolute(inner)) return undefined;
  return inner
    .slice(outer.length)
    .split("/")
    .filter((name) => name !== "");
}

/** Of those whose folder has a path in it, the one with the innermost. */
export function findInnermost<T>(
  all: readonly T[],
  path: string,
  toFolder: (one: T) => string,
): T | undefined {
  return all
    .filter((one) => contains(toFolder(one), path))
    .toSorted((a, b) => toFolder(b).length - toFolder(a).length)
    .at(0);
}

/** The folders around a path, the innermost first. */
export function toFoldersAround(path: string): readonly string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...toFoldersAround(above)];
}

/** Paths of the folders that a place is in, the outermost, which is empty, first. */
export function toWayThere(names: Names): readonly string[] {
  return names.map((_, index) => names.slice(0, index).join("/"));
}

/** The same with the place itself. */
export function toWays(names: Names): readonly string[] {
  return [...toWayThere(names), names.join("/")];
}

/** What lies at a place beneath a folder; undefined also where that can't be looked at. */
export function factsAt(root: Folder, names: Names): EntryFacts | undefined {
  return inFolderOf(root, names, (around, name) => around.facts(name));
}

/** Where a path ends, when the kernel stays in a folder on the whole way: names from that folder. */
export function followInside(outer: string, written: WrittenPath): readonly string[] | undefined {
  const followed = follow(outer, written);
  return "end" in followed ? followed.end : undefined;
}

/** Undefined for what isn't there. */
export function toRealPath(path: string): string | undefined {
  return orNothing(() => readRealPath(path));
}
