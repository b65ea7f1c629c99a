import { dirname } from "node:path";
import { toNames } from "../host-path.ts";

/** Repositories of one workspace whose remotes a sandbox chose. */
export interface MadeIn {
  /** Absolute */
  readonly workspace: string;
  /** Whether every repository in it counts, apart from `own` */
  readonly isAll: boolean;
  /** Paths from the workspace, known to have the user's remotes */
  readonly own: readonly string[];
  /** Paths from the workspace */
  readonly made: readonly string[];
}

/** More of one workspace are all of it. */
const maxMade = 500;
/** Characters of all paths; then the workspaces with the most of them count as a whole */
const maxLength = 2 * 1024 * 1024;
/** More of them count as the folders they lie in. */
const maxWorkspaces = 2000;

/** Adds what one look found. A sandbox chooses how much that is: beyond the limits more counts as made, and never less. */
export function addMade(list: readonly MadeIn[], added: Omit<MadeIn, "isAll">): readonly MadeIn[] {
  const others = list.filter(({ workspace }) => workspace !== added.workspace);
  const before = list.find(({ workspace }) => workspace === added.workspace);
  const made = [...new Set([...(before?.made ?? []), ...added.made])];
  const isAll = before?.isAll === true || made.length > maxMade;
  // Once all counts nothing is added: what the sandboxes made is looked at by later sessions too
  const known = [...(before?.own ?? []), ...(before?.isAll === true ? [] : added.own)];
  const own = [...new Set(known)].filter((path) => !isIn(made, path));
  const entry = { workspace: added.workspace, isAll, own, made };
  return fit([...others, isAll ? toWhole(entry) : entry]);
}

/** Whether a repository counts as made in a sandbox. @param place absolute */
export function isAmongMade(list: readonly MadeIn[], place: string): boolean {
  return list.some(({ workspace, isAll, own, made }) => {
    const path = toNames(workspace, place)?.join("/");
    if (path === undefined) return false;
    if (isAll) return !own.includes(path);
    return isIn(made, path);
  });
}

function isIn(folders: readonly string[], path: string): boolean {
  return folders.some((one) => path === one || path.startsWith(`${one}/`));
}

function toWhole({ workspace, own }: MadeIn): MadeIn {
  return { workspace, isAll: true, own: own.slice(0, maxMade), made: [] };
}

function fit(list: readonly MadeIn[]): readonly MadeIn[] {
  let fitting = list;
  while (fitting.length > maxWorkspaces) {
    const folders = new Set(fitting.map(({ workspace }) => dirname(workspace)));
    fitting = [...folders].map((workspace) => ({ workspace, isAll: true, own: [], made: [] }));
  }
  const bySize = fitting.toSorted((a, b) => toLength(b) - toLength(a));
  let length = bySize.reduce((sum, one) => sum + toLength(one), 0);
  return bySize.map((one) => {
    if (length <= maxLength) return one;
    length -= toLength(one);
    return { workspace: one.workspace, isAll: true, own: [], made: [] };
  });
}

function toLength({ workspace, own, made }: MadeIn): number {
  return [workspace, ...own, ...made].reduce((sum, path) => sum + path.length, 0);
}
