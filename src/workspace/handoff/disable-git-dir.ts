import {
  inFolderOf,
  isSystemError,
  type Folder,
  type Names,
  orNothing,
} from "../../base/fs/beneath.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { toTold, type OpenRoot } from "../roots/mounted-root.ts";
import type { GitDir } from "../git-dir/inspect/find-git-dirs.ts";
import { countedNames, secretNames, takeAway, type TakenAway } from "./take-away.ts";
import { readFolder, readFolderOrNothing } from "../read-folder.ts";
import { isBareRepository, isHeadName } from "../git-dir/repository-signs.ts";

/** What became of something that the host's programs must not find. */
export interface Hold {
  /** Whether it's out of the host's way: asked after all was done */
  readonly isDisabled: boolean;
  /** What was taken from its name; undefined when nothing could be */
  readonly taken: TakenAway | undefined;
  /** Whether nobody may go into it */
  readonly isClosed?: boolean;
}

/** What was done, as in `it is sub/.git.vaultbox-disabled now`; empty when nothing could be. */
export function toDisabledText({ taken, isClosed = false }: Hold, root: OpenRoot): string {
  const closed = isClosed ? "closed to all" : "";
  if (taken === undefined) return closed;
  const path = toTold(root, taken.names.join("/"));
  if (taken.said !== undefined) return `${path} is removed, and said: ${taken.said}`;
  return `it is ${path} now${isClosed ? `, ${closed}` : ""}`;
}

/**
 * Takes a repository out of git's sight, where it lies: it loses its HEAD, in every spelling that a file system takes
 * for it, which makes it none for whoever goes into it, then its name, and everybody's rights but its owner's. A bare
 * one, and one that is the root itself, keeps its place. What fails of this may be made up for by the rest: whether git
 * finds a repository there is asked again, and only then it's disabled.
 * @param how.isSeen whether all in it was looked at; otherwise there may be repositories in it, and nobody gets in
 */
export async function disableGitDir(
  root: Folder,
  { names, shape }: GitDir,
  { isSeen, budget }: { readonly isSeen: boolean; readonly budget: ScanBudget },
): Promise<Hold> {
  if (shape === "file" || shape === "link") return toHold(takeAway(root, names, countedNames));
  const isGit = shape !== "other";
  const head = isGit ? await takeHeads(root, names, budget) : undefined;
  if (shape === "bare" || names.length === 0) {
    return { isDisabled: !(await isRepository(root, names, budget)), taken: head };
  }
  const taken = takeAway(root, names, isSeen ? countedNames : secretNames);
  const now = taken?.names ?? names;
  inFolderOf(root, now, (around, name) => around.keepToOwner(name));
  const isFound = isGit ? await isRepository(root, now, budget) : taken === undefined;
  const hold = { taken: taken ?? head, isDisabled: !isFound };
  return isSeen && !isFound ? hold : closeToAll(root, now, hold);
}

/**
 * The same for something in a repository that stays one. Git goes by many names in there (a log has its branch's), so it
 * gets one that nobody can have counted on.
 */
export function disablePlace(root: Folder, names: Names): Hold {
  return toHold(takeAway(root, names, secretNames));
}

/**
 * The same for a folder that nobody looked into. What is in it could count on a name that is known before, so it gets
 * another one, and nobody may go into it.
 */
export function disableUnseen(root: Folder, names: Names): Hold {
  const hold = disablePlace(root, names);
  return closeToAll(root, hold.taken?.names ?? names, hold);
}

function toHold(taken: TakenAway | undefined): Hold {
  return { isDisabled: taken !== undefined, taken };
}

/** With no rights to it nobody finds anything in it, apart from root. */
function closeToAll(root: Folder, names: Names, hold: Hold): Hold {
  const isClosed = inFolderOf(root, names, (around, name) => around.keepOut(name)) === true;
  return { ...hold, isClosed, isDisabled: hold.isDisabled || (isClosed && !isOpen(root, names)) };
}

function isOpen(root: Folder, names: Names): boolean {
  try {
    using folder = root.openPath(names);
    return folder !== undefined;
  } catch (error) {
    if (isSystemError(error)) return error.code !== "EACCES";
    throw error;
  }
}

/**
 * Takes HEAD from a repository's folder, and from its linked work trees' folders, which git takes for repositories too.
 * @returns what became of its own
 */
async function takeHeads(
  root: Folder,
  names: Names,
  budget: ScanBudget,
): Promise<TakenAway | undefined> {
  const own = await takeHead(root, names, budget);
  for (const inner of await listWorkTrees(root, names, budget)) await takeHead(root, inner, budget);
  return own;
}

async function takeHead(
  root: Folder,
  names: Names,
  budget: ScanBudget,
): Promise<TakenAway | undefined> {
  using folder = orNothing(() => openAllowed(root, names));
  if (folder === undefined) return undefined;
  const entries = await readFolderOrNothing(folder, budget);
  // What every git goes by first, whatever else there is, and however much of it
  const heads = new Set(["HEAD", ...entries.map(({ name }) => name).filter(isHeadName)]);
  let first: TakenAway | undefined;
  for (const head of heads) {
    await budget.turn();
    if (orNothing(() => folder.facts(head)) === undefined) continue;
    const taken = takeAway(root, [...names, head], countedNames);
    first ??= taken;
  }
  return first;
}

/** Names of the folders of a repository's linked work trees. */
async function listWorkTrees(
  root: Folder,
  names: Names,
  budget: ScanBudget,
): Promise<readonly Names[]> {
  const own = [...names, "worktrees"];
  using folder = orNothing(() => openAllowed(root, own));
  const entries = folder === undefined ? [] : await readFolderOrNothing(folder, budget);
  return entries.map(({ name }) => [...own, name]);
}

/** With the rights that its mode keeps back from its owner. @throws Error of the system */
function openAllowed(root: Folder, names: Names): Folder | undefined {
  if (names.length === 0) return root.openPath([]);
  using parent = root.openPath(names.slice(0, -1));
  return parent?.openUp(names.at(-1) ?? "");
}

/** Whether git takes a folder, or a linked work tree's in it, for a repository, or may do. */
async function isRepository(root: Folder, names: Names, budget: ScanBudget): Promise<boolean> {
  for (const each of [names, ...(await listWorkTrees(root, names, budget))]) {
    if (!(await budget.turn()) || (await hasHead(root, each, budget))) return true;
  }
  return false;
}

async function hasHead(root: Folder, names: Names, budget: ScanBudget): Promise<boolean> {
  try {
    using folder = root.openPath(names);
    if (folder === undefined) return false;
    return folder.facts("HEAD") !== undefined || isBareRepository(await readFolder(folder, budget));
  } catch (error) {
    if (isSystemError(error)) return true;
    throw error;
  }
}
