import { setImmediate as nextTurn } from "node:timers/promises";
import { isSystemError, type Folder, type Names } from "../../base/fs/beneath.ts";
import { isTooDeep, mayBeTooDeep, type ScanBudget } from "../scan-budget.ts";
import type { PlainFolders } from "./plain-folders.ts";

/** Folders that are looked at before this process does other things: it has a sandbox to start. */
const foldersPerTurn = 64;

/** Sockets, pipes and devices of a folder that is in the sandbox, and what couldn't be looked into for them. */
export interface SpecialFiles {
  /** Names from the folder */
  readonly special: readonly Names[];
  readonly unlisted: readonly Names[];
}

/** Takes what a look for them finds. */
export interface FoundSpecialFiles {
  readonly special: Names[];
  readonly unlisted: Names[];
  /** Folders that weren't looked into, because they are in too many others */
  readonly deep: Names[];
}

/** Where nothing but special files counts. */
interface SpecialFacts {
  readonly folders: readonly Names[];
  /** What is remembered of them; undefined: nothing is */
  readonly plain?: PlainFolders | undefined;
  readonly budget: ScanBudget;
  readonly found: FoundSpecialFiles;
}

/**
 * Looks for special files in folders beneath a root, by their paths, in a third of the time that a walk takes: packages
 * have more files than all the rest. What a link led it to on the way isn't beneath the root, and isn't taken.
 */
export async function findSpecialBelow(
  root: Folder,
  { folders, plain, budget, found }: SpecialFacts,
): Promise<void> {
  const add = (list: Names[], path: string): void => {
    budget.spend("findings");
    list.push(path.split("/"));
  };
  // By their paths from the root, with what is remembered of them
  const open = folders.map((names) => {
    const path = names.join("/");
    return { path, known: plain?.find(path) };
  });
  for (let next = open.pop(), count = 1; next !== undefined; next = open.pop(), count += 1) {
    if (count % foldersPerTurn === 0) await nextTurn();
    if (budget.isDue() && !(await budget.turn())) break;
    const { path, known } = next;
    if (mayBeTooDeep(path) && isTooDeep(path.split("/"))) {
      add(found.deep, path);
      continue;
    }
    if (known !== undefined && plain?.isStillPlain(root, path, known) === true) {
      budget.spend("entries", known.count);
      for (const inner of known.folders)
        open.push({ path: toInner(path, inner.name), known: inner });
      continue;
    }
    plain?.countRead();
    const listed = root.unusualBelow(path);
    if (listed === undefined && isThere(root, path, "folder")) add(found.unlisted, path);
    budget.spend("entries", listed?.count ?? 0);
    const knownInner = new Map(known?.folders.map((one) => [one.name, one]));
    for (const { name, kind } of listed?.entries ?? []) {
      if (budget.isDue() && !(await budget.turn())) break;
      const inner = toInner(path, name);
      if (kind === "folder") open.push({ path: inner, known: knownInner.get(name) });
      else if (kind === "other" && isThere(root, inner, "other")) add(found.special, inner);
    }
  }
}

function toInner(path: string, name: string): string {
  return path === "" ? name : `${path}/${name}`;
}

/** By a way without links. What can't be looked at may be. */
function isThere(root: Folder, path: string, kind: "folder" | "other"): boolean {
  const names = path.split("/");
  try {
    using parent = root.openPath(names.slice(0, -1));
    return parent?.facts(names.at(-1) ?? "")?.kind === kind;
  } catch (error) {
    if (isSystemError(error)) return true;
    throw error;
  }
}
