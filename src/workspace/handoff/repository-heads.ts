import { isSystemError, orNothing, type Folder, type Names } from "../../base/fs/beneath.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { readFolder, readFolderOrNothing } from "../read-folder.ts";
import { isBareRepository, isHeadName } from "../git-dir/repository-signs.ts";
import { countedNames, takeAway, type TakenAway } from "./take-away.ts";

/**
 * Takes HEAD from a repository's folder, and from its linked work trees' folders, which git takes for repositories too.
 * @returns what became of its own
 */
export async function takeHeads(
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
export async function isRepository(
  root: Folder,
  names: Names,
  budget: ScanBudget,
): Promise<boolean> {
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
