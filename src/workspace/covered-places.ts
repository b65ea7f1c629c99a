import { basename, join } from "node:path";
import { orNothing, type Folder, type Names } from "../base/fs/beneath.ts";
import type { EntryFacts } from "../base/fs/entry-facts.ts";
import type { FileOrigin } from "../base/fs/file-origin.ts";
import { factsAt, toNames } from "./host-path.ts";
import { findRootOf, type OpenRoot } from "./roots/mounted-root.ts";
import type { CopyMount } from "./protect/shown-copies.ts";

/** A place at which something else must be mounted than what lies there. */
export interface CoveredPlace {
  readonly target: string;
  /** The folder that it was found in; undefined where nobody can exchange it, or nobody can tell */
  readonly around?: FileOrigin;
  /** How the path ends, in its file system, of what is shown instead */
  readonly shows?: string;
}

/**
 * Where other content is to be, each with the folder around it: that one, wherever its path leads by then.
 * @param roots the workspace first
 * @param copies in the order in which they are written
 * @param directory of the session, where they are written to
 */
export function toCoveredPlaces(
  roots: readonly OpenRoot[],
  copies: readonly CopyMount[],
  directory: string,
): readonly CoveredPlace[] {
  const owner = roots[0]?.folder.ownFacts();
  const known = new Map<string, FileOrigin | undefined>();
  return copies.map(({ target }, index) => {
    const place = { target, shows: join("/", basename(directory), "shown", String(index)) };
    const root = findRootOf(roots, target);
    if (root === undefined || owner === undefined) return place;
    const names = toNames(root.target, target)?.slice(0, -1) ?? [];
    const key = [root.target, ...names].join("/");
    if (!known.has(key)) known.set(key, toReachableOrigin(root.folder, names, owner));
    const around = known.get(key);
    return around === undefined ? place : { ...place, around };
  });
}

/** Undefined also for a folder that is closed to the sandbox, which can't say what it is. */
function toReachableOrigin(root: Folder, names: Names, owner: EntryFacts): FileOrigin | undefined {
  for (let length = 1; length <= names.length; length++) {
    const facts = factsAt(root, names.slice(0, length));
    if (facts === undefined || !isOpenTo(owner, facts)) return undefined;
  }
  using folder = orNothing(() => root.openPath(names));
  const origin = folder?.origin();
  return origin?.inode === undefined ? undefined : origin;
}

/** Whether the sandbox, which runs as the workspace's owner, can list a folder and go into it. */
function isOpenTo(owner: EntryFacts, { uid, gid, mode }: EntryFacts): boolean {
  const shift = uid === owner.uid ? 6 : gid === owner.gid ? 3 : 0;
  return ((mode >> shift) & 0o5) === 0o5;
}
