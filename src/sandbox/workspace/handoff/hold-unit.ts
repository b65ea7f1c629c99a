import { randomBytes } from "node:crypto";
import { orNothing, type Folder } from "../../../files/beneath.ts";
import { maxNameBytes } from "../../../files/folder-descriptor.ts";
import { toNameBytes } from "../../../files/name-text.ts";
import type { LookBudget } from "../look-budget.ts";
import { readFolderOrNothing } from "../read-folder.ts";
import { isHeadName } from "../repository/repository-signs.ts";
import type { RepositoryUnit } from "../unit/repository-unit.ts";

/** What git doesn't look for, beside what it was. */
const heldSuffix = ".vaultbox-held";
const maxNames = 100;
const maxCounted = 10;

/** Whether a name is one that {@link holdUnit} gave. */
export function isHeldName(name: string): boolean {
  return name.includes(heldSuffix);
}

/**
 * Takes a repository out of git's sight by renaming it, where it lies. A bare one, and one that is the root itself, keeps
 * its place and loses its HEAD, in every spelling that a file system takes for it: without one it's no repository.
 * @returns the name it has now, as a path from the root; undefined when it could not be renamed
 */
export async function holdUnit(
  root: Folder,
  { names, shape }: RepositoryUnit,
  budget: LookBudget,
): Promise<string | undefined> {
  if (shape !== "bare" && names.length > 0) return holdCounted(root, names);
  const held: (string | undefined)[] = [];
  for (const head of await headsOf(root, names, budget)) {
    await budget.turn();
    held.push(holdCounted(root, [...names, head]));
  }
  return held.includes(undefined) ? undefined : held[0];
}

function holdCounted(root: Folder, own: readonly string[]): string | undefined {
  return hold(root, own, countedNames(own.at(-1) ?? ""))?.path;
}

/**
 * The same for something in a repository that stays one. Git goes by many names in there (a log has its branch's), so it
 * gets one that nobody can have counted on.
 */
export function holdPlace(root: Folder, own: readonly string[]): string | undefined {
  return hold(root, own, [toHeldName(own.at(-1) ?? "", toRandomEnd())])?.path;
}

/**
 * The same for a folder that nobody looked into. What is in it could count on a name that is known before, so it gets
 * another one, and nobody may go into it.
 */
export function holdUnseen(root: Folder, own: readonly string[]): string | undefined {
  const held = hold(root, own, [toHeldName(own.at(-1) ?? "", toRandomEnd())]);
  using parent = orNothing(() => root.openPath(own.slice(0, -1)));
  parent?.keepOut(held?.name ?? own.at(-1) ?? "");
  return held?.path;
}

function hold(
  root: Folder,
  own: readonly string[],
  candidates: Iterable<string>,
): { readonly name: string; readonly path: string } | undefined {
  using parent = orNothing(() => root.openPath(own.slice(0, -1)));
  const from = own.at(-1);
  if (parent === undefined || from === undefined) return undefined;
  // Without the right to look for a name there's none to give one either
  const isTaken = (name: string): boolean => orNothing(() => parent.facts(name)) !== undefined;
  for (const name of candidates) {
    if (isTaken(name)) continue;
    // Gone, or not ours to rename: the caller says that it's still there
    if (!rename(parent, from, name)) return undefined;
    return { name, path: [...own.slice(0, -1), name].join("/") };
  }
  return undefined;
}

/** After a few names that are taken ones that nobody can have taken before. */
function* countedNames(name: string): Generator<string> {
  yield toHeldName(name, "");
  for (let count = 2; count <= maxCounted; count++) yield toHeldName(name, `-${count}`);
  for (let count = maxCounted; count < maxNames; count++) yield toHeldName(name, toRandomEnd());
}

function toRandomEnd(): string {
  return `-${randomBytes(8).toString("hex")}`;
}

/** As long as a file system takes it. */
function toHeldName(name: string, end: string): string {
  const suffix = `${heldSuffix}${end}`;
  const characters = Array.from(name);
  const length = (): number => Buffer.byteLength(toNameBytes(characters.join("")));
  while (length() + suffix.length > maxNameBytes) characters.pop();
  return `${characters.join("")}${suffix}`;
}

function rename(parent: Folder, from: string, to: string): boolean {
  const attempt = (): boolean => {
    try {
      parent.rename(from, to);
      return true;
    } catch {
      return false;
    }
  };
  return attempt() || (parent.allowOwner() && attempt());
}

/** What every git goes by first, whatever else there is. */
async function headsOf(
  root: Folder,
  names: readonly string[],
  budget: LookBudget,
): Promise<readonly string[]> {
  using folder = orNothing(() => root.openPath(names));
  const entries = folder === undefined ? [] : await readFolderOrNothing(folder, budget);
  const heads = entries.map(({ name }) => name).filter(isHeadName);
  return heads.toSorted((a, b) => Number(b === "HEAD") - Number(a === "HEAD"));
}
