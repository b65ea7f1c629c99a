import type { Folder } from "../../base/fs/beneath.ts";
import type { EntryFacts, Owner } from "../../base/fs/entry-facts.ts";
import { removeOfEngine, type FormerEntry } from "./engine-mount-point.ts";

/** An entry that vaultbox makes where nothing is, so that a mount can keep the sandbox from making one. */
export interface MountPoint {
  /** Names from the folder it is beneath */
  readonly names: readonly string[];
  readonly kind: "file" | "folder";
  readonly content: string;
  /** Of one that only the engine makes, should what is there go away before it's mounted over */
  readonly instead?: FormerEntry;
}

/** Those of one folder. */
export interface MountPointsBeneath {
  /** Absolute real path */
  readonly path: string;
  /** Outer ones first */
  readonly points: readonly MountPoint[];
}

/** What a mount point in `.git` says: `commondir` must name a folder, and this one is `.git` itself. */
export const sameFolder = ".\n";

/** @returns whether it was made now; false when something was there, or it's for the engine to make */
export function makeMountPoint(root: Folder, point: MountPoint): boolean {
  if (point.instead !== undefined) return false;
  using parent = root.openPath(point.names.slice(0, -1));
  const name = point.names.at(-1);
  if (parent === undefined || name === undefined) return false;
  const owner = toOwner(root, point.names.slice(0, -1));
  return point.kind === "file"
    ? parent.create(name, point.content, owner)
    : parent.createFolder(name, owner);
}

/** Removes a mount point that is as it was made; what somebody has put there or written to it stays. */
export function removeMountPoint(root: Folder, point: MountPoint): void {
  if (point.instead !== undefined) {
    removeOfEngine(root, point.names, point.instead);
    return;
  }
  using parent = root.openPath(point.names.slice(0, -1));
  const name = point.names.at(-1);
  if (parent === undefined || name === undefined) return;
  if (point.kind === "folder") {
    parent.remove(name, "folder");
    return;
  }
  // Somebody's pipe isn't opened: whoever waits to write to it would write to nobody
  if (parent.facts(name)?.kind !== "file") return;
  const content = parent.read(name, Buffer.byteLength(point.content) + 1);
  if (content?.toString("utf8") === point.content) parent.remove(name, "file");
}

/** Whoever owns the folder it is made in. */
function toOwner(root: Folder, names: readonly string[]): Owner {
  const facts = factsOf(root, names);
  return { uid: facts?.uid ?? 0, gid: facts?.gid ?? 0 };
}

function factsOf(root: Folder, names: readonly string[]): EntryFacts | undefined {
  if (names.length === 0) return root.ownFacts();
  using parent = root.openPath(names.slice(0, -1));
  return parent?.facts(names.at(-1) ?? "");
}
