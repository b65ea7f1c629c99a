import { isAbsolute } from "node:path";
import { Folder } from "../../files/beneath.ts";
import { contains, stepsOf } from "../../files/path-steps.ts";
import { readRealPath } from "../../files/real-path.ts";

/** A folder by its real path; undefined when it isn't there, is none, or may not be read. */
export function openOrNothing(path: string): Folder | undefined {
  try {
    return Folder.openRoot(path);
  } catch {
    // For the caller all the same: nothing to look at
    return undefined;
  }
}

/** The same, where no link may be on the way by now. */
export function openRealOrNothing(path: string): Folder | undefined {
  try {
    return Folder.openReal(path);
  } catch {
    // For the caller all the same: nothing of what it knew
    return undefined;
  }
}

/** Names from an outer folder to one in it. */
export function toNames(outer: string, inner: string): readonly string[] | undefined {
  if (!contains(outer, inner) || !isAbsolute(inner)) return undefined;
  return inner
    .slice(outer.length)
    .split("/")
    .filter((name) => name !== "");
}

/** A path as it is written in a folder. */
interface WrittenPath {
  /** Names of the folder that a relative one is meant from */
  readonly from: readonly string[];
  readonly path: string;
}

/** Where a path ends in a folder, as names from it, or the first place on its way that isn't in the folder. */
type Followed = { readonly end: readonly string[] } | { readonly leavesAt: string };

/** Goes the way that the kernel goes, through every link. */
export function follow(outer: string, { from, path }: WrittenPath): Followed {
  const steps = stepsOf(isAbsolute(path) ? path : [outer, ...from, path].join("/"));
  const leavesAt = steps.find((step) => !contains(outer, step));
  return leavesAt === undefined
    ? { end: toNames(outer, steps.at(-1) ?? outer) ?? [] }
    : { leavesAt };
}

/** Where a path ends, when the kernel stays in a folder on the whole way: names from that folder. */
export function followInside(outer: string, written: WrittenPath): readonly string[] | undefined {
  const followed = follow(outer, written);
  return "end" in followed ? followed.end : undefined;
}

/** Undefined for what isn't there. */
export function toRealPath(path: string): string | undefined {
  try {
    return readRealPath(path);
  } catch {
    return undefined;
  }
}
