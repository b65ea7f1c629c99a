import { isSystemError, type Folder } from "../base/fs/beneath.ts";
import type { Entry } from "../base/fs/entry-facts.ts";
import type { ScanBudget } from "./scan-budget.ts";

/** Names in one folder that are kept in memory at a time; a folder with more is looked at as far as this. */
const maxNames = 1_000_000;

/**
 * What is in a folder, as far as the budget goes: then it's over, or says that something was left out.
 * @param size of the folder, for a caller that has asked already
 * @throws Error of the system
 */
export async function readFolder(
  folder: Folder,
  budget: ScanBudget,
  size?: number,
): Promise<readonly Entry[]> {
  let all: readonly Entry[] = [];
  const more: Entry[] = [];
  budget.spend("entries");
  for (const slice of folder.entrySlices(size)) {
    budget.spend("entries", slice.length);
    if (all.length === 0) all = slice;
    else for (const entry of slice) more.push(entry);
    const isFull = all.length + more.length >= maxNames;
    if (isFull) budget.leaveOut();
    if (isFull || (budget.isDue() && !(await budget.turn()))) break;
  }
  return more.length === 0 ? all : [...all, ...more];
}

/** The same; nothing of one that can't be read. */
export async function readFolderOrNothing(
  folder: Folder,
  budget: ScanBudget,
): Promise<readonly Entry[]> {
  try {
    return await readFolder(folder, budget);
  } catch (error) {
    if (isSystemError(error)) return [];
    throw error;
  }
}
