import { isSystemError, type Folder } from "../../../files/beneath.ts";
import { isBareRepository } from "../repository/repository-signs.ts";

/** Something that git takes for a repository, or for the way to one. */
export interface RepositoryUnit {
  /** Names from the workspace to the folder or file itself */
  readonly names: readonly string[];
  /** `module` and `worktree` are folders within another repository's; `other` isn't git's */
  readonly shape: "folder" | "bare" | "file" | "link" | "module" | "worktree" | "other";
}

const maxInnerDepth = 200;

/** A repository's folder with the ones of its submodules and linked work trees. */
export function listUnits(
  folder: Folder,
  names: readonly string[],
  shape: "folder" | "bare" | "module",
): readonly RepositoryUnit[] {
  const units: RepositoryUnit[] = [{ names, shape }];
  using worktrees = openAllowed(folder, "worktrees");
  for (const { name } of worktrees?.entries() ?? []) {
    units.push({ names: [...names, "worktrees", name], shape: "worktree" });
  }
  if (shape !== "bare") {
    // Anywhere in it: a `.git` file can name a repository that lies where git has none
    addInner(folder, names, { units, depth: 0 });
    return units;
  }
  using modules = openAllowed(folder, "modules");
  if (modules !== undefined) addInner(modules, [...names, "modules"], { units, depth: 1 });
  return units;
}

function addInner(
  folder: Folder,
  names: readonly string[],
  { units, depth }: { readonly units: RepositoryUnit[]; readonly depth: number },
): void {
  // Whoever examines the repository finds that there is more
  if (depth > maxInnerDepth) return;
  for (const { name, kind } of folder.entries()) {
    if (kind !== "folder" || (depth === 0 && name === "worktrees")) continue;
    using inner = openAllowed(folder, name);
    if (inner === undefined) continue;
    const own = [...names, name];
    if (!isBareRepository(inner.entries())) addInner(inner, own, { units, depth: depth + 1 });
    // One by one: a sandbox can make more of them than a call takes arguments
    else for (const unit of listUnits(inner, own, "module")) units.push(unit);
  }
}

/** Undefined for what may not be read, too: that is found when the repository is examined. @throws Error of the system */
function openAllowed(folder: Folder, name: string): Folder | undefined {
  try {
    return folder.open(name);
  } catch (error) {
    if (isSystemError(error) && error.code === "EACCES") return undefined;
    throw error;
  }
}
