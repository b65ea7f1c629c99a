import { orNothing, type Names } from "../../base/fs/beneath.ts";
import { toNames } from "../host-path.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { findOtherSystem } from "../git-dir/other-system.ts";
import type { PointedPath } from "../git-dir/pointed/pointed-paths.ts";
import { hasRoomForCopies, kindOf, showInstead, type MountDraft } from "../protect/mount-draft.ts";
import { readFolderOrNothing } from "../read-folder.ts";
import { inspectTracked } from "./tracked/tracked-files.ts";
import type { GitDir } from "../git-dir/inspect/find-git-dirs.ts";
import { hideLogs, isOpenToSandbox, type Hiding } from "./shown-log.ts";
import { isTreeSettings } from "../git-dir/repository-signs.ts";
import { withoutSecretsByStep } from "./settings-text.ts";

/** In a repository's folder: git's own, what editors leave of it, and what other programs keep there */
const ownNames =
  /^(?:[.#]*config.*|gc\.log|sourcetree.*|description|.*\.(?:conf|cfg|ini|toml|json|ya?ml))$/i;
/** Folders of a repository that hold settings: old remotes, `git svn`, git-lfs, Sapling, GitKraken, git-annex, git-p4 */
const ownFolders = "remotes branches svn lfs lfs/logs sl sl/blackbox gk annex info".split(" ");
/**
 * The same of other systems, and what editors leave of it: Mercurial's and Sapling's log of commands and names of remotes,
 * Darcs' preferences, where a branch of Breezy's is, Jujutsu's settings
 */
const otherFolders: readonly (readonly [folder: string, names: RegExp])[] = [
  ["", /^(?:[.#]*(?:hgrc|config|workspace-config).*|blackbox\.log.*)$/],
  ["blackbox", /^/],
  ["logexchange", /^/],
  ["remotenames", /^/],
  ["prefs", /^/],
  ["repo", /^[.#]*config.*$/],
  ["branch", /^(?:location|parent|bound|[.#]*branch\.conf.*)$/],
];
/** Larger ones aren't looked through, and shown empty: no settings are */
const maxSettingsBytes = 16 * 1024 * 1024;

/** Where settings are looked for. */
interface SettingsPlaces {
  readonly gitDirs: readonly GitDir[];
  /** Whether a repository is the user's */
  readonly isOwn: (names: Names) => boolean;
  /** Of files that programs of the host go by, from the root */
  readonly paths: Iterable<string>;
  /** What settings name, of which those that are included are settings too */
  readonly pointed: readonly PointedPath[];
  readonly budget: ScanBudget;
}

/**
 * Shows copies without secrets in place of the files that git and its like read settings from, wherever they are. The
 * user's repositories come first; where there is no room for the copies of another one, it is shown empty.
 */
export async function hideSettings(draft: MountDraft, places: SettingsPlaces): Promise<void> {
  const { gitDirs, isOwn, paths, pointed, budget } = places;
  const hiding = { draft, budget };
  const { own = [], others = [] } = Object.groupBy(gitDirs, ({ names }) =>
    isOwn(names) ? "own" : "others",
  );
  for (const gitDir of own) {
    if (!(await budget.turn())) return;
    await hideInGitDir(hiding, gitDir);
  }
  await hideOthers(hiding, others);
  // What settings include, whatever the condition
  for (const { path, kind } of pointed) {
    if (budget.isDue() && !(await budget.turn())) return;
    const inside = kind === "settings" ? toNames(draft.root.source, path) : undefined;
    if (inside !== undefined && kindOf(draft, inside) === "file") await hideFile(hiding, inside);
  }
  for (const path of paths) {
    const names = path.split("/");
    if (budget.isDue() && !(await budget.turn())) return;
    if (isTreeSettings(names.at(-1) ?? "")) await hideFile(hiding, names);
  }
}

/** A sandbox chooses how many repositories it leaves, and how many files with passwords there are in each. */
async function hideOthers({ draft, budget }: Hiding, gitDirs: readonly GitDir[]): Promise<void> {
  let left = 0;
  for (const gitDir of gitDirs) {
    if (!(await budget.turn())) return;
    const found: MountDraft = { ...draft, copies: new Map(), notes: [] };
    await hideInGitDir({ draft: found, budget }, gitDir);
    // A copy that is shown already has been made without secrets
    const copies = [...found.copies].filter(([key]) => !draft.copies.has(key));
    if (copies.length === 0) continue;
    if (hasRoomForCopies(draft, copies.length)) {
      for (const [key, copy] of copies) draft.copies.set(key, copy);
      for (const one of found.notes) draft.notes.push(one);
    } else {
      draft.folders.set(gitDir.names.join("/"), "folder");
      left++;
    }
  }
  if (left > 0)
    draft.notes.push(
      `${left} repositories that another session left, with passwords in their settings, are shown empty`,
    );
}

async function hideInGitDir(hiding: Hiding, { names, shape }: GitDir): Promise<void> {
  if (shape === "other") await hideOther(hiding, names);
  if (shape !== "folder" && shape !== "bare" && shape !== "module" && shape !== "worktree") return;
  // What can't be opened was refused or masked
  using folder = orNothing(() => hiding.draft.root.folder.openPath(names));
  if (folder === undefined) return;
  await hideIn(hiding, names, ownNames);
  for (const inner of ownFolders) await hideIn(hiding, [...names, ...inner.split("/")], /^/);
  await hideLogs(hiding, { folder, names });
}

async function hideOther(hiding: Hiding, names: Names): Promise<void> {
  for (const { path } of findOtherSystem(names.at(-1) ?? "")?.settings ?? []) {
    await hideFile(hiding, [...names, ...path.split("/")]);
  }
  for (const [inner, wanted] of otherFolders) {
    await hideIn(hiding, inner === "" ? names : [...names, inner], wanted);
  }
}

/** The files of a folder that have a wanted name. */
async function hideIn(hiding: Hiding, names: Names, wanted: RegExp): Promise<void> {
  const { draft, budget } = hiding;
  using folder = orNothing(() => draft.root.folder.openPath(names));
  if (folder === undefined) return;
  for (const { name, kind } of await readFolderOrNothing(folder, budget)) {
    if (budget.isDue() && !(await budget.turn())) return;
    if (kind === "file" && wanted.test(name)) await hideFile(hiding, [...names, name]);
  }
}

async function hideFile(hiding: Hiding, names: Names): Promise<void> {
  const { draft, budget } = hiding;
  const key = names.join("/");
  // A copy that is shown already has been made without secrets
  if (draft.copies.has(key)) return;
  using parent = orNothing(() => draft.root.folder.openPath(names.slice(0, -1)));
  const name = names.at(-1) ?? "";
  const content = parent?.read(name, maxSettingsBytes);
  budget.spend("bytes", content?.length);
  if (content === undefined) {
    const facts = orNothing(() => parent?.facts(name));
    if (!isOpenToSandbox(facts, maxSettingsBytes)) return;
    await showSettings(hiding, names, Buffer.alloc(0));
    draft.notes.push(`${key} can't be looked through; it is shown empty`);
    return;
  }
  const steps = withoutSecretsByStep(content);
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) {
    if (budget.isDue() && !(await budget.turn())) return;
  }
  if (step.value !== content) await showSettings(hiding, names, step.value);
}

/** What git has is read in the sandbox anyway, and no other content is to be committed there. */
async function showSettings(
  { draft, budget }: Hiding,
  names: Names,
  content: Uint8Array,
): Promise<void> {
  const look = { trees: draft.trees, budget };
  const tracked = (await inspectTracked(look, draft.root, [names])).get(names.join("/"));
  if (tracked?.isSame === true) {
    draft.readable.push(names);
    return;
  }
  draft.frozen.push(names);
  showInstead(draft, names, { content, tracked: tracked?.shown });
}
