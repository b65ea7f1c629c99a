import { createHash } from "node:crypto";
import { posix } from "node:path";
import { VaultboxError } from "../../base/errors.ts";
import { toNameBytes } from "../../base/fs/name-text.ts";
import { openOrNothing, toNames } from "../host-path.ts";
import type { LookBudget } from "../look-budget.ts";
import { readProgramMarks, toState, withPrograms } from "../git-dir/pointed/program-marks.ts";
import type { PointedPath } from "../git-dir/pointed/pointed-paths.ts";
import type { SettingsOfFile } from "../git-dir/pointed/included-settings.ts";
import { createTreeNames } from "../git-dir/pointed/tree-names.ts";
import { readUserSettings } from "../git-dir/pointed/user-settings.ts";
import {
  findOuter,
  hasOuter,
  readOuterPointed,
  readUnitPointed,
  type CountingOptions,
  type OuterRepositories,
} from "../git-dir/pointed/what-counts.ts";
import { findWorkTrees, toGitPlace, type GitPlace } from "../git-dir/git-place.ts";
import { toTold, type OpenRoot } from "../roots/mounted-root.ts";
import type { Mark } from "../scan/host-executable.ts";
import type { Danger } from "../git-dir/inspect/inspection.ts";
import type { ExaminedUnit } from "./examined-units.ts";
import type { Found } from "./found.ts";

/** What each root is a part of. */
type OuterOfRoots = ReadonlyMap<OpenRoot, OuterRepositories>;

/** The user's own settings, for {@link withLeftPrograms}. */
export async function readLeftSettings(budget: LookBudget): Promise<readonly SettingsOfFile[]> {
  return (await orNoSettings(() => readUserSettings(budget))) ?? leaveOut(budget);
}

/**
 * Adds what the host's git would run by settings and hooks that are the user's. In a repository that was there before,
 * and around a root, a program that isn't as it was is a mark; in a new one, where relative paths mean files of the
 * sandbox, it's a danger.
 * @param asked the user's settings, where git was asked for them before
 */
export async function withLeftPrograms(
  all: readonly Found[],
  budget: LookBudget,
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
    const marks = withPrograms(scan.marks, await readProgramMarks(pointed, { root, budget }));
    const repositories: ExaminedUnit[] = [];
    for (const examined of one.repositories) {
      const { known, findings } = examined;
      const isSettled = known !== undefined || findings.dangers.length > 0 || findings.unseen;
      repositories.push(
        isSettled ? examined : await examineNew(root, examined, { options, isOwn }),
      );
    }
    const complete = scan.complete && budget.isWhole();
    left.push({ ...one, scan: { ...scan, marks, complete }, repositories });
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
  const isNew = ({ known }: ExaminedUnit): boolean => known === undefined;
  const added = new Set(
    all.flatMap(({ root, repositories }) =>
      repositories.filter(isNew).map(({ unit }) => toGitPlace(root.source, unit)?.workTree),
    ),
  );
  const reading = { ...options, counts: (workTree: string) => !added.has(workTree) };
  const found: PointedPath[] = [];
  for (const { root, repositories } of all) {
    const around = outer.get(root) ?? findOuter(root.source);
    for (const one of await readOuterPointed(around, reading)) found.push(one);
    for (const { unit } of repositories.filter((one) => !isNew(one))) {
      if (!(await budget.turn())) return found;
      const pointed = await orNoSettings(() => readUnitPointed(root.source, unit, reading));
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
  readonly mark: Mark;
}) => boolean;

/** A new repository with the programs that git would run in it as dangers, without those that are as the user has them. */
async function examineNew(
  root: OpenRoot,
  examined: ExaminedUnit,
  { options, isOwn }: { readonly options: CountingOptions; readonly isOwn: IsOwn },
): Promise<ExaminedUnit> {
  const { unit, findings } = examined;
  const { budget } = options;
  await budget.turn();
  const alone = { ...options, counts: () => false };
  const pointed = await orNoSettings(() => readUnitPointed(root.source, unit, alone));
  const marks = await readProgramMarks(pointed ?? [], { root, budget });
  const around = posix.join(root.source, ...unit.names.slice(0, -1));
  const workTree = toGitPlace(root.source, unit)?.workTree ?? around;
  const dangers = [...marks].flatMap(([name, mark]) => {
    const path = posix.join(root.source, name);
    const fromWorkTree = posix.relative(workTree, path);
    if (isOwn({ path, fromWorkTree, mark })) return [];
    return [toDanger(`makes git run ${toTold(root, name)}`, mark.state)];
  });
  if (pointed === undefined) dangers.push(toDanger("has settings that can't be read", ""));
  const unseen = budget.ended();
  return { ...examined, findings: { ...findings, dangers, ...(unseen && { unseen }) } };
}

/** Nothing, and the look isn't whole. */
function leaveOut(budget: LookBudget): readonly never[] {
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
  const bytes = toNameBytes(`${text}\0${state}`);
  return { text, id: createHash("sha256").update(bytes).digest("base64url") };
}

/** In a root before the run, by its name and content; or in a work tree that no sandbox can write in. */
function toOwnership(all: readonly Found[], outer: OuterOfRoots): IsOwn {
  const marks = all.flatMap(({ baseline }) => [...baseline.marks]);
  const own = new Set(marks.map(([path, { state }]) => `${posix.basename(path)} ${state}`));
  const places = all.flatMap(({ root, repositories }) => [
    ...repositories.flatMap(({ unit, known }) =>
      known === undefined ? [] : (toGitPlace(root.source, unit) ?? []),
    ),
    ...(outer.get(root)?.places ?? []),
  ]);
  const trees = places.flatMap((one) => [one, ...findWorkTrees(one)]);
  const apart = [...new Set(trees.map(({ workTree }: GitPlace) => workTree))];
  const isInRoot = (path: string): boolean =>
    all.some(({ root }) => toNames(root.source, path) !== undefined);
  return ({ path, fromWorkTree, mark: { state } }) => {
    if (own.has(`${posix.basename(path)} ${state}`)) return true;
    return apart.some((workTree) => {
      const original = posix.join(workTree, fromWorkTree);
      if (isInRoot(original)) return false;
      using folder = openOrNothing(posix.dirname(original));
      return folder !== undefined && toState(folder, posix.basename(original)) === state;
    });
  };
}
