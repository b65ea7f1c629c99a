import { hasCode } from "../../../base/errors.ts";
import type { Folder, Names } from "../../../base/fs/beneath.ts";
import { isTooDeep, type ScanBudget } from "../../scan-budget.ts";
import { readFolder } from "../../read-folder.ts";
import { isBareRepository } from "../repository-signs.ts";
import type { FoundEntry } from "../../scan/walk.ts";

/** Something that git takes for a repository, or for the way to one. */
export interface GitDir {
  /** Names from the workspace to the folder or file itself */
  readonly names: Names;
  /** `module` and `worktree` are folders within another repository's; `other` isn't git's */
  readonly shape: "folder" | "bare" | "file" | "link" | "module" | "worktree" | "other";
}

/** A folder that is a repository. */
export interface GitDirPlace {
  readonly folder: Folder;
  /** Names from the workspace to it */
  readonly names: Names;
  readonly shape: "folder" | "bare" | "module";
}

/** A folder in which there may be more of them. */
interface InnerPlace extends Omit<GitDirPlace, "shape"> {
  /** Whether it is a repository's own folder: its `worktrees` were found before */
  readonly isGitDir: boolean;
}

/** Folders of a repository whose names are branches and parts of object ids. */
const history: ReadonlySet<string> = new Set(["objects", "refs", "logs"]);
const ignore = (): void => {
  // Names in there say nothing of what they hold
};

interface GitDirInspection {
  readonly budget: ScanBudget;
  /** Paths of folders that are no part of the repository */
  readonly apart?: ReadonlySet<string> | undefined;
  readonly onFound: (gitDir: GitDir) => void;
  /** Called for each folder in a repository that is looked into */
  readonly onFolder: (folder: Folder, names: Names) => void;
  /** Called for whatever is no folder in a repository's folder, apart from its history */
  readonly onInner: (found: FoundEntry) => void;
}

/** Finds a repository's folder with the ones of its submodules and linked work trees. @throws Error of the system */
export async function findGitDirs(place: GitDirPlace, look: GitDirInspection): Promise<void> {
  const { folder, names, shape } = place;
  look.onFound({ names, shape });
  await findWorktrees(place, look);
  // Anywhere in it: a `.git` file can name a repository that lies where git has none
  if (shape !== "bare") return await findInner({ folder, names, isGitDir: true }, look);
  using modules = openAllowed(folder, "modules");
  if (modules === undefined) return;
  const own = { folder: modules, names: [...names, "modules"], isGitDir: false };
  await findInner(own, look);
}

async function findWorktrees(
  { folder, names }: GitDirPlace,
  look: GitDirInspection,
): Promise<void> {
  const { budget, onFound, onInner } = look;
  using worktrees = openAllowed(folder, "worktrees");
  for (const { name } of worktrees === undefined ? [] : await readFolder(worktrees, budget)) {
    if (budget.isDue() && !(await budget.turn())) return;
    const own = [...names, "worktrees", name];
    onFound({ names: own, shape: "worktree" });
    using worktree = worktrees && openAllowed(worktrees, name);
    for (const entry of worktree === undefined ? [] : await readFolder(worktree, budget)) {
      if (worktree !== undefined && entry.kind !== "folder")
        onInner({ folder: worktree, entry, names: [...own, entry.name] });
    }
    // Of the work tree's submodules
    using modules = worktree && openAllowed(worktree, "modules");
    if (modules !== undefined)
      await findInner({ folder: modules, names: [...own, "modules"], isGitDir: false }, look);
  }
}

async function findInner(place: InnerPlace, look: GitDirInspection): Promise<void> {
  const { folder, names, isGitDir } = place;
  const { budget, onInner } = look;
  // Whoever examines the repository finds that there is more
  if (isTooDeep(names)) return budget.leaveOut(names);
  for (const entry of await readFolder(folder, budget)) {
    if (budget.isDue() && !(await budget.turn())) return;
    const { name, kind } = entry;
    if (kind !== "folder") onInner({ folder, entry, names: [...names, name] });
    if (kind !== "folder" || (isGitDir && name === "worktrees")) continue;
    if (look.apart?.has([...names, name].join("/")) === true) continue;
    using inner = openAllowed(folder, name);
    if (inner === undefined) continue;
    const own = { folder: inner, names: [...names, name] };
    look.onFolder(inner, own.names);
    const innerLook = isGitDir && history.has(name) ? { ...look, onInner: ignore } : look;
    if (isBareRepository(await readFolder(inner, budget))) {
      await findGitDirs({ ...own, shape: "module" }, innerLook);
    } else await findInner({ ...own, isGitDir: false }, innerLook);
  }
}

/** Undefined for what may not be read, too: that is found when the repository is examined. @throws Error of the system */
function openAllowed(folder: Folder, name: string): Folder | undefined {
  try {
    return folder.open(name);
  } catch (error) {
    if (hasCode(error, "EACCES")) return undefined;
    throw error;
  }
}
