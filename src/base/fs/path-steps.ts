import { lstatSync, readlinkSync } from "node:fs";
import { dirname, isAbsolute, parse, relative, resolve, sep } from "node:path";
import { toNameBytes, toNameText } from "./name-text.ts";

/** Links in one resolution; as many as Linux follows (path_resolution(7)). */
const maxLinks = 40;
/** Characters of a path; no system call takes a longer one (PATH_MAX in limits.h, with the byte at its end). */
const maxPathLength = 4095;

/** The same with all that links on its way put into it: each may add as much */
const maxWayLength = 4 * maxPathLength;

/** Text of the link at a path; undefined for everything but a link. */
export type LinkReader = (path: string) => string | undefined;

/** Whether `inner` is `outer` or in it, by their texts. */
export function contains(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

/**
 * Every place that the kernel goes through from a path to what it names: the path as it is written, each symbolic link
 * on the way, each folder around one that `..` leaves, and last the end. Who can write in one of them decides what the
 * path names.
 * @param named a relative path is meant from the working directory
 * @returns nothing for a path that is too long for the kernel
 */
export function stepsOf(named: string, toTarget: LinkReader = readLink): readonly string[] {
  // Not joined: after a link, `..` isn't the folder that the text says
  const path = isAbsolute(named) ? named : `${process.cwd()}${sep}${named}`;
  if (path.length > maxPathLength) return [];
  const { root } = parse(path);
  const steps = new Set([resolve(path)]);
  const toKnownTarget = remembering(toTarget);
  const names = path.slice(root.length).split(sep).toReversed();
  let place = root;
  let links = 0;
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    if (name === "" || name === ".") continue;
    if (name === "..") {
      place = dirname(place);
      // Who can write in here can put another folder, with another parent, in the place of the one that is left
      steps.add(place);
      continue;
    }
    const next = place.endsWith(sep) ? place + name : place + sep + name;
    if (next.length > maxWayLength) return [];
    const target = toKnownTarget(next);
    if (target === undefined) {
      place = next;
      continue;
    }
    steps.add(next);
    // The kernel gives such a path up as well
    if (++links > maxLinks) break;
    if (isAbsolute(target)) place = parse(target).root;
    names.push(...target.split(sep).toReversed());
  }
  // Last, though it may be what the text says
  steps.delete(place);
  return [...steps.add(place)];
}

/** Links may lead over one place a thousand times: each is read once. */
function remembering(toTarget: LinkReader): LinkReader {
  const known = new Map<string, string | undefined>();
  return (path) => {
    if (!known.has(path)) known.set(path, toTarget(path));
    return known.get(path);
  };
}

/** A path as it is written in a folder. */
export interface WrittenPath {
  /** Names of the folder that a relative one is meant from */
  readonly from: readonly string[];
  readonly path: string;
}

/** Where a path ends in a folder, as names from it, or the first place on its way that isn't in the folder. */
type Followed = { readonly end: readonly string[] } | { readonly leavesAt: string };

/** Goes the way that the kernel goes from a folder, through every link. A path that is too long leads nowhere in it. */
export function follow(
  outer: string,
  { from, path }: WrittenPath,
  toTarget?: LinkReader,
): Followed {
  const steps = stepsOf(isAbsolute(path) ? path : [outer, ...from, path].join("/"), toTarget);
  const end = steps.at(-1);
  if (end === undefined) return { leavesAt: path };
  const leavesAt = steps.find((step) => !contains(outer, step));
  if (leavesAt !== undefined) return { leavesAt };
  const way = relative(outer, end);
  return { end: way === "" ? [] : way.split(sep) };
}

function readLink(path: string): string | undefined {
  try {
    const name = toNameBytes(path);
    const facts = lstatSync(name, { throwIfNoEntry: false });
    if (facts?.isSymbolicLink() !== true) return undefined;
    return toNameText(readlinkSync(name, { encoding: "buffer" }));
  } catch {
    // Not ours to look at, or not there: it leads on by its text
    return undefined;
  }
}
