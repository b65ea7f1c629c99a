import { statSync } from "node:fs";
import { type Folder, inFolderOf, orNothing, type Names } from "../../base/fs/beneath.ts";
import type { EntryFacts } from "../../base/fs/entry-facts.ts";
import { factsAt, toNames } from "../host-path.ts";
import { findRootOf, type OpenRoot } from "../roots/mounted-root.ts";
import type { BindMount } from "../../engine/engine.ts";

/** An entry that vaultbox makes where nothing is, so that a mount can keep the sandbox from making one. */
export interface MountPoint {
  /** Names from the folder it is beneath */
  readonly names: Names;
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
  // Whoever owns the folder it's made in
  const { uid, gid } = parent.ownFacts();
  const owner = { uid, gid };
  return point.kind === "file"
    ? parent.create(name, point.content, owner)
    : parent.createFolder(name, owner);
}

/** Removes a mount point that is as it was made; what somebody has put there or written to it stays. */
export function removeMountPoint(root: Folder, point: MountPoint): void {
  if (point.instead !== undefined) return removeOfEngine(root, point.names, point.instead);
  using parent = root.openPath(point.names.slice(0, -1));
  const name = point.names.at(-1);
  if (parent === undefined || name === undefined) return;
  if (point.kind === "folder") return void parent.remove(name, "folder");
  // Somebody's pipe isn't opened: whoever waits to write to it would write to nobody
  if (parent.facts(name)?.kind !== "file") return;
  const content = parent.read(name, Buffer.byteLength(point.content) + 1);
  if (content?.toString("utf8") === point.content) parent.remove(name, "file");
}

// A mount needs something to be on. What goes away between the look at a workspace and the mount over it, because another
// sandbox moves the folder around it, is made anew by the engine: an empty file or folder that nobody would remove.

/** What was at a place when it was recorded. */
export interface FormerEntry {
  /** As of `EntryFacts.key`; empty when it had gone by then */
  readonly key: string;
  /** When that was recorded, `ms` */
  readonly at: number;
}

/** An engine that hasn't made a sandbox by then is given up (`reportTimeoutMs` of start-sandbox.ts). */
const madeWithinMs = 60_000;
/** File systems keep a coarser clock. */
const clockStepMs = 20;
/** A folder and the file in it are made in one go. */
const atOnceNs = 50_000_000n;
/** Engines make files with mode 0755, or 0700; nobody's own empty file is a program. */
const runnable = 0o100;

/**
 * Remembers what is at targets of mounts in the roots.
 * @param targets absolute, in the sandbox
 */
export function toEnginePoints(
  roots: readonly OpenRoot[],
  targets: readonly string[],
): readonly MountPointsBeneath[] {
  const at = Date.now();
  return targets.flatMap((target) => {
    const { root, names } = findPlace(roots, target) ?? {};
    if (root === undefined || names === undefined) return [];
    const facts = factsAt(root.folder, names);
    if (facts !== undefined && isBare(facts)) return [];
    const kind = facts?.kind === "folder" ? "folder" : "file";
    const instead = { key: facts?.key ?? "", at };
    return [{ path: root.source, points: [{ names, kind, content: "", instead }] }];
  });
}

/**
 * Removes an empty entry that only the engine can have made: it came into being while this sandbox was made, in place
 * of another one, as no editor and no git makes one, and nobody touched it since. The folders around it go with it when
 * they were made for it.
 */
export function removeOfEngine(root: Folder, names: Names, former: FormerEntry): void {
  const made = factsAt(root, names);
  if (made === undefined || made.key === former.key || !isOfEngine(made, former)) return;
  const around = toWays(names.slice(0, -1)).filter((folder) => {
    const facts = factsAt(root, folder);
    return facts !== undefined && isMadeFor(facts, made);
  });
  if (!remove(root, names, made.kind === "folder" ? "folder" : "file")) return;
  // Inner ones first; one with anything else in it stays
  for (const folder of around.toReversed()) remove(root, folder, "folder");
}

/** Whether an entry is root's, as an engine's are on most machines. */
export function isOfRoot(folder: Folder, name: string): boolean {
  return orNothing(() => folder.facts(name))?.uid === 0;
}

function isOfEngine(facts: EntryFacts, former: FormerEntry): boolean {
  const { kind, bornAt, changedAt } = facts;
  const isEmpty = kind === "folder" || (kind === "file" && isBare(facts));
  return isEmpty && isInTime(bornAt, former) && changedAt === bornAt;
}

/** Whether it's an empty file that could be taken for the engine's. */
function isBare({ kind, size, links, mode }: EntryFacts): boolean {
  return kind === "file" && size === 0 && links === 1 && (mode & runnable) !== 0;
}

/** Whether a folder came into being with what was made in it. */
function isMadeFor({ kind, bornAt }: EntryFacts, made: EntryFacts): boolean {
  const apart = bornAt > made.bornAt ? bornAt - made.bornAt : made.bornAt - bornAt;
  return kind === "folder" && apart <= atOnceNs;
}

function isInTime(bornAt: bigint, { at }: FormerEntry): boolean {
  const bornMs = Number(bornAt / 1_000_000n);
  return bornMs >= at - clockStepMs && bornMs <= at + madeWithinMs;
}

/** A place and all that are around it, the outermost first. */
function toWays(names: Names): readonly Names[] {
  return names.map((_, index) => names.slice(0, index + 1));
}

function remove(root: Folder, names: Names, kind: "file" | "folder"): boolean {
  return inFolderOf(root, names, (around, name) => around.remove(name, kind)) === true;
}

/**
 * Mount points for mounts whose targets lie in another root and aren't there: the engine would make them as root, and
 * leave them.
 */
export function toTargetPoints(
  roots: readonly OpenRoot[],
  mounts: readonly BindMount[],
): readonly MountPointsBeneath[] {
  return mounts.flatMap(({ source, target }) => {
    const { root, names } = findPlace(roots, target) ?? {};
    if (root === undefined || names === undefined) return [];
    const isFolder = orNothing(() => statSync(source).isDirectory()) === true;
    const toPoint = (part: Names): MountPoint => {
      const kind = part.length < names.length || isFolder ? "folder" : "file";
      return { names: part, kind, content: "" };
    };
    const missing = toWays(names).filter((part) => factsAt(root.folder, part) === undefined);
    return [{ path: root.source, points: missing.map(toPoint) }];
  });
}

/** Where a mount's target lies in another root; undefined also in what is read-only, where an engine can make nothing. */
function findPlace(
  roots: readonly OpenRoot[],
  target: string,
): { readonly root: OpenRoot; readonly names: Names } | undefined {
  const others = roots.filter((one) => one.target !== target);
  const root = findRootOf(others, target);
  return root?.writable === true ? { root, names: toNames(root.target, target) ?? [] } : undefined;
}
