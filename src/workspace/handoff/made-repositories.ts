import { dirname } from "node:path";
import type { Names } from "../../base/fs/beneath.ts";
import type { Paths } from "../../base/paths.ts";
import { createRememberedList } from "../../base/remembered-list.ts";
import { fieldsOf, flag, listOf, text } from "../../base/shape.ts";
import type { RepositoryFacts } from "../git-dir/repository-facts.ts";
import type { InspectedGitDir } from "./found.ts";
import { openOrNothing, toNames } from "../host-path.ts";
import { createScanBudget } from "../scan-budget.ts";
import { inspectGitDir } from "../git-dir/inspect/inspect-git-dir.ts";
import { listOtherSessions, readOtherRoots, type OtherRoot } from "./unscanned-sessions.ts";

// A remote that a sandbox wrote is the sandbox's choice, and not the user's: what it names isn't read with the user's
// credential. Which repositories that is about is kept in one file beside the sessions, for good.

/** What can't be read says of no repository that it's the user's. */
const everything: readonly MadeIn[] = [{ workspace: "/", isAll: true, own: [], made: [] }];

const list = createRememberedList({
  file: "made-in-sandbox.json",
  item: fieldsOf<MadeIn>({ workspace: text, isAll: flag, own: listOf(text), made: listOf(text) }),
  damaged: { countsAs: everything },
});

/** Of what was looked at, the repositories whose remotes are the user's, and those whose remotes a sandbox chose. */
export function sortMade(examined: readonly InspectedGitDir[]): {
  readonly own: readonly string[];
  readonly made: readonly string[];
} {
  // Remotes are read of git only
  const seen = examined.filter(
    ({ gitDir, findings }) => gitDir.shape !== "other" && findings.unseen === undefined,
  );
  const isOwn = ({ known, findings }: InspectedGitDir): boolean =>
    known?.remotes === findings.remotes;
  return {
    own: seen.filter(isOwn).map(({ path }) => path),
    made: seen.filter((one) => !isOwn(one)).map(({ path }) => path),
  };
}

/**
 * Remembers which repositories of a root came into being in a sandbox, or got their remotes there.
 * @param workspace the root's real path
 */
export async function rememberMade(
  paths: Paths,
  workspace: string,
  sorted: ReturnType<typeof sortMade>,
): Promise<void> {
  if (sorted.made.length === 0) return;
  await list.change(paths, (before) => addMade(before, { workspace, ...sorted }));
}

/** Whether a repository is one of a sandbox: remembered, or of a session that runs or wasn't looked at to its end. */
export async function isMadeInSandbox(paths: Paths, facts: RepositoryFacts): Promise<boolean> {
  // Where the remotes are written: a work tree that a sandbox added to the user's repository has the user's remotes
  const places = new Set([facts.commonDirectory]);
  // But not which of them, where its HEAD chooses
  if (facts.isBranchRemote) places.add(facts.gitDirectory);
  const made = await list.read(paths);
  for (const place of places) {
    if (isAmongMade(made, place) || (await isSuspect(paths, place))) return true;
  }
  return false;
}

/**
 * Says of absolute paths of repositories whether they are remembered as those of a sandbox, so that the others are
 * protected before them. A list that can't be read makes none of them less worth protecting.
 */
export async function readMade(paths: Paths): Promise<(place: string) => boolean> {
  const made = await list.read(paths);
  return (place) => made !== everything && isAmongMade(made, place);
}

/** For one repository, asked about before a run. */
const limits = { entries: 1_000_000, findings: 1000, bytes: 256 * 1024 * 1024, ms: 10_000 };

/**
 * Whether the remotes of a repository may be the choice of a session that runs, that died, or that wasn't looked at to
 * its end: those that weren't there before it.
 * @param place absolute path of the repository's folder
 */
async function isSuspect(paths: Paths, place: string): Promise<boolean> {
  const others = await readOtherRoots(paths, await listOtherSessions(paths));
  for (const other of others) {
    const names = toNames(other.source, place);
    if (names !== undefined && !(await isAsBefore(other, names))) return true;
  }
  return false;
}

async function isAsBefore({ source, record }: OtherRoot, names: Names): Promise<boolean> {
  const known = record?.baseline.repositories.get(names.join("/"));
  using folder = openOrNothing(source);
  if (record === undefined || known === undefined || folder === undefined) return false;
  const { kind, target } = record;
  const apart = new Set(record.apart);
  const root = { kind, source, target, writable: true, folder, apart, emptied: [] };
  const place = { root, roots: [root], budget: createScanBudget(limits) };
  const { remotes, unseen } = await inspectGitDir({ names, shape: known.shape }, place);
  return unseen === undefined && remotes === known.remotes;
}

/** Repositories of one workspace whose remotes a sandbox chose. */
interface MadeIn {
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
function addMade(list: readonly MadeIn[], added: Omit<MadeIn, "isAll">): readonly MadeIn[] {
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
function isAmongMade(list: readonly MadeIn[], place: string): boolean {
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
