import { posix } from "node:path";
import { VaultboxError } from "../../base/errors.ts";
import { openOrNothing, toNames } from "../host-path.ts";
import type { ScanBudget } from "../scan-budget.ts";
import {
  readNamedExecutables,
  toState,
  withPrograms,
} from "../git-dir/pointed/named-executables.ts";
import type { PointedPath } from "../git-dir/pointed/pointed-paths.ts";
import { type SettingsOfFile, readUserSettings } from "../git-dir/pointed/included-settings.ts";
import { createTreeNames } from "../git-dir/pointed/tree-names.ts";
import {
  findOuter,
  hasOuter,
  readOuterPointed,
  readGitDirPointed,
  type CountingOptions,
  type OuterRepositories,
} from "../git-dir/pointed/what-counts.ts";
import { findWorkTrees, toGitPlace, type GitPlace } from "../git-dir/git-place.ts";
import { toTold, type OpenRoot } from "../roots/mounted-root.ts";
import type { HostExecutable } from "../scan/host-executable.ts";
import { toId, type Danger } from "../git-dir/inspect/inspection.ts";
import type { InspectedGitDir, Found } from "./found.ts";

/** What each root is a part of. */
type OuterOfRoots = ReadonlyMap<OpenRoot, OuterRepositories>;

/** The user's own settings, for {@link withLeftPrograms}. */
export async function readLeftSettings(budget: ScanBudget): Promise<readonly SettingsOfFile[]> {
  return (await orNoSettings(() => readUserSettings(budget))) ?? leaveOut(budget);
}

/**
 * Adds what the host's git would run by settings and hooks that are the user's. In a repository that was there before,
 * and around a root, a program that isn't as it was is a host executable; in a new one, where relative paths mean files of the
 * sandbox, it's a danger.
 * @param asked the user's settings, where git was asked for them before
 */
export async function withLeftPrograms(
  all: readonly Found[],
  budget: ScanBudget,
  asked?: ReturnType<typeof readLeftSettings>,
): Promise<readonly Found[]> {
  const outer = new Map(all.map(({ root }) => [root, findOuter(root.source)]));
  const isAny = all.some(({ repositories }) => repositories.length > 0);
  if (!isAny && ![...outer.values()].some(hasOuter)) return all;
  const options: CountingOptions = {
    user: await (asked ?? readLeftSettings(budget)),
    budget,
    names: createTreeNames(
      all.map(({ root }) => root.source),
      budget,
    ),
    notes: [],
  };
  const pointed = await readKnownPointed(all, outer, options);
  const isOwn = toOwnership(all, outer);
  const left: Found[] = [];
  for (const one of all) {
    const { root, scan } = one;
    const executables = withPrograms(
      scan.executables,
      await readNamedExecutables(pointed, { root, budget }),
    );
    const repositories: InspectedGitDir[] = [];
    for (const examined of one.repositories) {
      const { known, findings } = examined;
      const isSettled = known !== undefined || findings.dangers.length > 0 || findings.unseen;
      repositories.push(
        isSettled ? examined : await examineNew(root, examined, { options, isOwn }),
      );
    }
    const complete = scan.complete && budget.isWhole();
    left.push({ ...one, scan: { ...scan, executables, complete }, repositories });
  }
  return left;
}

/** What is named by repositories that were there before, and by those around the roots. */
async function readKnownPointed(
  all: readonly Found[],
  outer: OuterOfRoots,
  options: CountingOptions,
): Promise<readonly PointedPath[]> {
  const { budget } = options;
  const isNew = ({ known }: InspectedGitDir): boolean => known === undefined;
  const added = new Set(
    all.flatMap(({ root, repositories }) =>
      repositories.filter(isNew).map(({ gitDir }) => toGitPlace(root.source, gitDir)?.workTree),
    ),
  );
  const reading = { ...options, counts: (workTree: string) => !added.has(workTree) };
  const found: PointedPath[] = [];
  for (const { root, repositories } of all) {
    const around = outer.get(root) ?? findOuter(root.source);
    for (const one of await readOuterPointed(around, reading)) found.push(one);
    for (const { gitDir } of repositories.filter((one) => !isNew(one))) {
      if (!(await budget.turn())) return found;
      const pointed = await orNoSettings(() => readGitDirPointed(root.source, gitDir, reading));
      for (const one of pointed ?? leaveOut(budget)) found.push(one);
    }
  }
  return found;
}

/** Whether a program is one that the user had. */
type IsOwn = (program: {
  /** Absolute */
  readonly path: string;
  readonly fromWorkTree: string;
  readonly executable: HostExecutable;
}) => boolean;

/** A new repository with the programs that git would run in it as dangers, without those that are as the user has them. */
async function examineNew(
  root: OpenRoot,
  examined: InspectedGitDir,
  { options, isOwn }: { readonly options: CountingOptions; readonly isOwn: IsOwn },
): Promise<InspectedGitDir> {
  const { gitDir, findings } = examined;
  const { budget } = options;
  await budget.turn();
  const alone = { ...options, counts: () => false };
  const pointed = await orNoSettings(() => readGitDirPointed(root.source, gitDir, alone));
  const executables = await readNamedExecutables(pointed ?? [], { root, budget });
  const around = posix.join(root.source, ...gitDir.names.slice(0, -1));
  const workTree = toGitPlace(root.source, gitDir)?.workTree ?? around;
  const dangers = [...executables].flatMap(([name, executable]) => {
    const path = posix.join(root.source, name);
    const fromWorkTree = posix.relative(workTree, path);
    if (isOwn({ path, fromWorkTree, executable })) return [];
    return [toDanger(`makes git run ${toTold(root, name)}`, executable.state)];
  });
  if (pointed === undefined) dangers.push(toDanger("has settings that can't be read", ""));
  const unseen = budget.ended();
  return { ...examined, findings: { ...findings, dangers, ...(unseen && { unseen }) } };
}

/** Nothing, and the look isn't whole. */
function leaveOut(budget: ScanBudget): readonly never[] {
  budget.leaveOut();
  return [];
}

/** Undefined when settings are there that can't be read. */
async function orNoSettings<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof VaultboxError) return undefined;
    throw error;
  }
}

function toDanger(text: string, state: string): Danger {
  return { text, id: toId(text, state) };
}

/** In a root before the run, by its name and content; or in a work tree that no sandbox can write in. */
function toOwnership(all: readonly Found[], outer: OuterOfRoots): IsOwn {
  const executables = all.flatMap(({ baseline }) => [...baseline.executables]);
  const own = new Set(executables.map(([path, { state }]) => `${posix.basename(path)} ${state}`));
  const places = all.flatMap(({ root, repositories }) => [
    ...repositories.flatMap(({ gitDir, known }) =>
      known === undefined ? [] : (toGitPlace(root.source, gitDir) ?? []),
    ),
    ...(outer.get(root)?.places ?? []),
  ]);
  const trees = places.flatMap((one) => [one, ...findWorkTrees(one)]);
  const apart = [...new Set(trees.map(({ workTree }: GitPlace) => workTree))];
  const isInRoot = (path: string): boolean =>
    all.some(({ root }) => toNames(root.source, path) !== undefined);
  return ({ path, fromWorkTree, executable: { state } }) => {
    if (own.has(`${posix.basename(path)} ${state}`)) return true;
    return apart.some((workTree) => {
      const original = posix.join(workTree, fromWorkTree);
      if (isInRoot(original)) return false;
      using folder = openOrNothing(posix.dirname(original));
      return folder !== undefined && toState(folder, posix.basename(original)) === state;
    });
  };
}
