import type { Paths } from "../../base/paths.ts";
import { contains } from "../../base/fs/path-steps.ts";
import { createRememberedList } from "../../base/remembered-list.ts";
import { fieldsOf, oneOf, optional, text } from "../../base/shape.ts";
import { inFolderOf, isSystemError, type Folder, type Names } from "../../base/fs/beneath.ts";
import { toNames } from "../host-path.ts";
import { knownGitDir, toKnownHere, type Baseline, type KnownGitDir } from "./baseline.ts";
import { startedKind, toState } from "../git-dir/pointed/named-executables.ts";
import type { Scan } from "../scan/scan.ts";
import type { Found } from "./found.ts";

// What the end of a run called DANGEROUS and could not hold. It isn't the user's for later runs, which try again, until
// it's harmless or gone, or the user takes it over. One file for all workspaces.

/** Something dangerous that is still there. */
export interface OpenDanger {
  /** Absolute, on the host */
  readonly place: string;
  /** `program` runs as its owner, `started` is one that git starts by itself */
  readonly kind: "repository" | "folder" | "program" | "started";
  /** Real path of the root that it was found in; missing in what an earlier version wrote */
  readonly root?: string;
  /** What a repository was before the run; undefined: it wasn't there */
  readonly known?: KnownGitDir | undefined;
}

/** What one end of a run found dangerous in the roots that it looked through. */
interface FoundDangers {
  /** Real paths of the roots */
  readonly roots: readonly string[];
  /** Whether all of them was looked at: then what isn't found any more is over */
  readonly isWhole: boolean;
  readonly dangers: readonly OpenDanger[];
}

/** More of one run aren't listed: then all that is new in its roots is not the user's. */
export const maxOpenDangers = 1000;

const list = createRememberedList({
  file: "dangerous.json",
  item: fieldsOf<OpenDanger>({
    place: text,
    kind: oneOf("repository", "folder", "program", "started"),
    root: optional(text),
    known: optional(knownGitDir),
  }),
  damaged: {
    hint: "it says what runs left that is dangerous; look at your workspaces, then delete it",
  },
});

/** @throws VaultboxError VBX_CONFIG_INVALID when the list is damaged */
export const readOpenDangers = list.read;

/** Remembers what is dangerous, in place of what was so in the same roots. */
export async function rememberDangers(
  paths: Paths,
  { roots, isWhole, dangers }: FoundDangers,
): Promise<void> {
  const found = new Set(dangers.map(({ place }) => place));
  await list.change(paths, (before) => [
    ...before.filter(({ place }) => {
      const isOver = isWhole && roots.some((root) => contains(root, place));
      return !isOver && !found.has(place);
    }),
    ...dangers,
  ]);
}

/**
 * Makes what is dangerous at a place, and below it, the user's own.
 * @param place absolute
 * @returns the places that were
 */
export async function takeOver(paths: Paths, place: string): Promise<readonly string[]> {
  const isTaken = (one: OpenDanger): boolean => contains(place, one.place);
  const taken = (await readOpenDangers(paths)).filter(isTaken).map((one) => one.place);
  await list.change(paths, (before) => before.filter((one) => !isTaken(one)));
  return taken;
}

/** Takes out of a root's baseline what is dangerous there: it counts as it was before, or as new. */
export function leaveOutDangers(
  baseline: Baseline,
  root: string,
  open: readonly OpenDanger[],
): Baseline {
  const repositories = new Map(baseline.repositories);
  const executables = new Map(baseline.executables);
  const dangerous: string[] = [];
  for (const { place, kind, known, root: its = root } of open) {
    const path = toNames(root, place)?.join("/");
    if (path !== undefined && kind === "started") executables.delete(path);
    if (path === undefined || kind !== "repository") continue;
    dangerous.push(path);
    const own = repositories.get(path);
    if (known === undefined) repositories.delete(path);
    else if (own !== undefined) {
      repositories.set(path, its === root ? known : toKnownHere(own, known));
    }
  }
  return { ...baseline, executables, repositories, ...(dangerous.length > 0 && { dangerous }) };
}

/** Adds to what was found in a root what an earlier run could not hold there: by its times it's older than this run. */
export function withOpenDangers(
  { root, scan }: Found,
  open: readonly OpenDanger[],
  protect: "default" | "none",
): Scan {
  const closed = [...scan.closed];
  const ownerRights = [...scan.ownerRights];
  const executables = new Map(scan.executables);
  const known = new Set([...closed, ...ownerRights].map((names) => names.join("/")));
  for (const { place, kind } of open) {
    const names = toNames(root.source, place);
    if (names === undefined || known.has(names.join("/"))) continue;
    if (kind === "folder" && isClosed(root.folder, names)) closed.push(names);
    const mode = inFolderOf(root.folder, names, (around, name) => around.mode(name)) ?? 0;
    if (kind === "program" && (mode & 0o6000) !== 0) ownerRights.push(names);
    // Otherwise git's settings say whether it is still one
    if (kind === "started" && protect === "none") {
      const state = inFolderOf(root.folder, names, (around, name) => toState(around, name));
      if (state !== undefined) executables.set(names.join("/"), { kind: startedKind, state });
    }
  }
  return { ...scan, closed, ownerRights, executables };
}

function isClosed(root: Folder, names: Names): boolean {
  try {
    using folder = root.openPath(names);
    folder?.entries();
    return false;
  } catch (error) {
    if (isSystemError(error)) return true;
    throw error;
  }
}
