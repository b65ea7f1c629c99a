import { posix } from "node:path";
import type { EntryKind } from "../../../base/fs/entry-facts.ts";
import { followInside, openOrNothing } from "../../host-path.ts";
import type { ScanBudget } from "../../scan-budget.ts";
import { isRunnable } from "./program-file.ts";
import { readFolderOrNothing } from "../../read-folder.ts";

/** What is in the folders that pointed paths may be in; each of them is read once. */
export interface TreeNames {
  /** Folders that the sandbox has, by their absolute real paths */
  readonly roots: readonly string[];
  /** What is at a path in one of the roots, by where links on the way lead to; undefined: nothing that the sandbox has */
  readonly find: (path: string) => Promise<TreeEntry | undefined>;
  /** Names in a folder, with what they are */
  readonly list: (path: string) => Promise<ReadonlyMap<string, EntryKind>>;
  /** Whether a file could be started by its name */
  readonly isRunnable: (path: string) => boolean;
}

export interface TreeEntry {
  /** Absolute, without links */
  readonly path: string;
  readonly kind: EntryKind;
}

const nothing: ReadonlyMap<string, EntryKind> = new Map();

export function createTreeNames(roots: readonly string[], budget: ScanBudget): TreeNames {
  const folders = new Map<string, Promise<ReadonlyMap<string, EntryKind>>>();
  const list = (path: string): Promise<ReadonlyMap<string, EntryKind>> => {
    const known = folders.get(path) ?? readNames(path, budget);
    folders.set(path, known);
    return known;
  };
  const find = async (path: string): Promise<TreeEntry | undefined> => {
    const root = roots.find((one) => path === one || path.startsWith(`${one}/`));
    if (root === undefined) return undefined;
    const names = path.slice(root.length + 1).split("/");
    if (path === root) return { path, kind: "folder" };
    for (const [index, name] of names.entries()) {
      const around = posix.join(root, ...names.slice(0, index));
      const kind = (await list(around)).get(name);
      if (kind === "link") return await findEnd(root, path);
      if (kind === undefined || index === names.length - 1) return kind && { path, kind };
      if (kind !== "folder") return undefined;
    }
    return undefined;
  };
  const findEnd = async (root: string, path: string): Promise<TreeEntry | undefined> => {
    const end = followInside(root, { from: [], path });
    if (end === undefined) return undefined;
    const real = posix.join(root, ...end);
    const kind = (await list(posix.dirname(real))).get(end.at(-1) ?? "");
    return kind === undefined || kind === "link" ? undefined : { path: real, kind };
  };
  const isFile = (path: string): boolean => {
    using folder = openOrNothing(posix.dirname(path));
    return folder !== undefined && isRunnable(folder, posix.basename(path));
  };
  return { roots, find, list, isRunnable: isFile };
}

async function readNames(
  path: string,
  budget: ScanBudget,
): Promise<ReadonlyMap<string, EntryKind>> {
  using folder = openOrNothing(path);
  if (folder === undefined) return nothing;
  const entries = await readFolderOrNothing(folder, budget);
  return new Map(entries.map(({ name, kind }) => [name, kind]));
}
