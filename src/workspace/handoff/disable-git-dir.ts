import { inFolderOf, isSystemError, type Folder, type Names } from "../../base/fs/beneath.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { toTold, type OpenRoot } from "../roots/mounted-root.ts";
import type { GitDir } from "../git-dir/inspect/find-git-dirs.ts";
import { countedNames, secretNames, takeAway, type TakenAway } from "./take-away.ts";
import { isRepository, takeHeads } from "./repository-heads.ts";

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
  changeMode(root, now, "owner");
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
  const isClosed = changeMode(root, names, "nobody");
  return { ...hold, isClosed, isDisabled: hold.isDisabled || (isClosed && !isOpen(root, names)) };
}

function changeMode(root: Folder, names: Names, whose: "owner" | "nobody"): boolean {
  const change = (around: Folder, name: string): boolean =>
    whose === "owner" ? around.keepToOwner(name) : around.keepOut(name);
  return inFolderOf(root, names, change) === true;
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
