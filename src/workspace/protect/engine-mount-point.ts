import { inFolderOf, orNothing, type Folder } from "../../base/fs/beneath.ts";
import type { EntryFacts } from "../../base/fs/entry-facts.ts";
import { toNames } from "../host-path.ts";
import { findRootOf, type OpenRoot } from "../roots/mounted-root.ts";
import type { MountPointsBeneath, MountPoint } from "./mount-point.ts";
import { statSync } from "node:fs";
import type { BindMount } from "../../engine/engine.ts";

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
    const root = findRootOf(
      roots.filter((one) => one.target !== target),
      target,
    );
    // In what is read-only the engine can make nothing
    if (root === undefined || !root.writable) return [];
    const names = toNames(root.target, target) ?? [];
    const facts = look(root.folder, names);
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
export function removeOfEngine(root: Folder, names: readonly string[], former: FormerEntry): void {
  const made = look(root, names);
  if (made === undefined || made.key === former.key || !isOfEngine(made, former)) return;
  const around = toAround(names).filter((folder) => {
    const facts = look(root, folder);
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

function toAround(names: readonly string[]): readonly (readonly string[])[] {
  return names.slice(0, -1).map((_, index) => names.slice(0, index + 1));
}

function look(root: Folder, names: readonly string[]): EntryFacts | undefined {
  return inFolderOf(root, names, (around, name) => around.facts(name));
}

function remove(root: Folder, names: readonly string[], kind: "file" | "folder"): boolean {
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
    const around = roots.filter((root) => root.target !== target);
    const root = findRootOf(around, target);
    if (root === undefined || !root.writable) return [];
    const names = toNames(root.target, target) ?? [];
    const kind = orNothing(() => statSync(source).isDirectory()) === true ? "folder" : "file";
    return [{ path: root.source, points: toMissing(root, names, kind) }];
  });
}

function toMissing(
  { folder }: OpenRoot,
  names: readonly string[],
  kind: MountPoint["kind"],
): readonly MountPoint[] {
  const all = names.map((_, index) => names.slice(0, index + 1));
  const isThere = (part: readonly string[]): boolean => {
    using parent = orNothing(() => folder.openPath(part.slice(0, -1)));
    return orNothing(() => parent?.facts(part.at(-1) ?? "")) !== undefined;
  };
  return all
    .filter((part) => !isThere(part))
    .map((part) => ({
      names: part,
      kind: part.length < names.length ? "folder" : kind,
      content: "",
    }));
}
