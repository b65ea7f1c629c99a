import { posix } from "node:path";
import { orNothing, type Folder, type Names } from "../../../base/fs/beneath.ts";
import { followInside, toNames } from "../../host-path.ts";
import type { ScanBudget } from "../../scan-budget.ts";
import { isNearPackages } from "../../scan/installed-packages.ts";
import type { OpenRoot } from "../../roots/mounted-root.ts";
import { toFileState, type HostExecutable } from "../../scan/host-executable.ts";
import type { PointedPath } from "./pointed-paths.ts";
import { isProgram } from "./tree-names.ts";

/** What they are called in the hand-off: those that git starts by itself, and the others. */
export const startedKind = "programs that git's settings start";
const namedKind = "programs that git's aliases and hooks name";
/** Content is compared up to this size; beyond it size and time are */
const maxHashedBytes = 16 * 1024 * 1024;

interface ExecutablePlace {
  readonly root: OpenRoot;
  readonly budget: ScanBudget;
}

/** The programs and settings in a root that pointed paths name, by path, as they are: what a session must not change. */
export async function readNamedExecutables(
  pointed: readonly PointedPath[],
  place: ExecutablePlace,
): Promise<ReadonlyMap<string, HostExecutable>> {
  const executables = new Map<string, HostExecutable>();
  for (const one of pointed) {
    const names = one.isData ? undefined : toNames(place.root.source, one.path);
    if (names === undefined || names.length === 0 || one.kind === "matchFolder") continue;
    if (one.by === "hook" && isNearPackages(names)) continue;
    if (!(await place.budget.turn())) break;
    const isFolder = one.kind === "hooks" || one.kind === "programs";
    for (const path of isFolder ? listFiles(place, names) : [names]) {
      const executable = readExecutable(place, path, one);
      const key = path.join("/");
      // What is named by more than one is what git starts by itself
      if (executable !== undefined && executables.get(key)?.kind !== startedKind)
        executables.set(key, executable);
    }
  }
  return executables;
}

function listFiles({ root }: ExecutablePlace, names: Names): readonly Names[] {
  using folder = orNothing(() => root.folder.openPath(names));
  const entries = (folder && orNothing(() => folder.entries())) ?? [];
  return entries.filter(({ kind }) => kind !== "folder").map(({ name }) => [...names, name]);
}

/** Of what is at the end of every link that stays in the root. */
function readExecutable(
  { root, budget }: ExecutablePlace,
  names: Names,
  one: PointedPath,
): HostExecutable | undefined {
  const end = followInside(root.source, { from: [], path: posix.join(...names) });
  using folder = orNothing(() =>
    end === undefined ? undefined : root.folder.openPath(end.slice(0, -1)),
  );
  const name = end?.at(-1) ?? "";
  const state = folder && toState(folder, name, budget);
  if (folder === undefined || state === undefined || !isWanted(folder, name, one)) return undefined;
  return { kind: one.by === "setting" ? startedKind : namedKind, state };
}

/** The state of a file; undefined for what is none. */
export function toState(folder: Folder, name: string, budget?: ScanBudget): string | undefined {
  const facts = orNothing(() => folder.facts(name));
  if (facts?.kind !== "file") return undefined;
  budget?.spend("entries");
  return toFileState({ facts, content: folder.read(name, maxHashedBytes) }, budget);
}

function isWanted(folder: Folder, name: string, one: PointedPath): boolean {
  if (one.kind !== "file" && one.kind !== "link") return true;
  // A name alone is looked for on the search path, unless it is one of a script
  if (one.isBare && !one.isRun && !name.includes(".")) return false;
  return isProgram(folder, name, one);
}

/** A scan's host executables with those of programs, whose own kind counts where git starts them, or where they have no other. */
export function withPrograms(
  executables: ReadonlyMap<string, HostExecutable>,
  programs: ReadonlyMap<string, HostExecutable>,
): ReadonlyMap<string, HostExecutable> {
  const started = [...programs].filter(([, { kind }]) => kind === startedKind);
  return new Map([...programs, ...executables, ...started]);
}
