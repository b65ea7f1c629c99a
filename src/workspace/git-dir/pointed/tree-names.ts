import { posix } from "node:path";
import type { EntryKind } from "../../../base/fs/entry-facts.ts";
import type { Folder } from "../../../base/fs/beneath.ts";
import { followInside, openOrNothing } from "../../host-path.ts";
import type { ScanBudget } from "../../scan-budget.ts";
import { readFolderOrNothing } from "../../read-folder.ts";
import type { PointedPath } from "./pointed-paths.ts";

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

interface TreeEntry {
  /** Absolute, without links */
  readonly path: string;
  readonly kind: EntryKind;
}

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
  const entries = folder === undefined ? [] : await readFolderOrNothing(folder, budget);
  return new Map(entries.map(({ name, kind }) => [name, kind]));
}

/** A longer one is no script */
const maxScriptBytes = 1024 * 1024;
/** Names of files that no program takes for its own code; others write them all day: package managers, editors. */
const data =
  /\.(?:adoc|css|csv|gif|html?|ico|jpe?g|json[5c]?|lock|lockb|log|map|md|mdx|pdf|png|rst|scss|snap|sum|svg|toml|tsv|txt|webp|xml|ya?ml)$/i;

/** Whether a file that a text names may be run: it is a program by its mode, its first bytes, its name, or its place there. */
export function isProgram(
  folder: Folder,
  name: string,
  { isRun }: Pick<PointedPath, "isRun">,
): boolean {
  if (isRun || isRunnable(folder, name)) return true;
  return /.\../.test(name) && !data.test(name);
}

/** Whether a shell could start it by its name. */
function isRunnable(folder: Folder, name: string): boolean {
  if ((folder.mode(name) & 0o111) !== 0) return true;
  return folder.read(name, maxScriptBytes)?.subarray(0, 2).toString("latin1") === "#!";
}
