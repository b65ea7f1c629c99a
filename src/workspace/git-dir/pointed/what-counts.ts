import { basename, dirname, join, resolve } from "node:path";
import { isVaultboxError } from "../../../base/errors.ts";
import { orNothing } from "../../../base/fs/beneath.ts";
import { openOrNothing, toFoldersAround } from "../../host-path.ts";
import type { ScanBudget } from "../../scan-budget.ts";
import { findOtherSystem, otherSystems, saplingInGit, type OtherSystem } from "../other-system.ts";
import { isDataSetting, lastValue } from "../git-setting.ts";
import { readSettingsIn } from "../git-configuration.ts";
import { findOuterPlaces, findWorkTrees, toGitPlace, type GitPlace } from "../git-place.ts";
import type { GitDir } from "../inspect/find-git-dirs.ts";
import { readHookTexts } from "./hook-texts.ts";
import { withIncluded, type SettingsOfFile } from "./included-settings.ts";
import { readOtherPointed } from "./other-pointed.ts";
import { toCommandText, toSettingPaths, type PointedPath } from "./pointed-paths.ts";
import { toTextPaths, type CommandText } from "./text-paths.ts";
import type { TreeNames } from "./tree-names.ts";

// What a version control system goes by at a place: the settings of every scope that counts there, the hooks, and what
// their texts name. What is protected at the start, compared at the end and hidden is all found here.

/** What it's read with. */
export interface CountingOptions {
  /** Settings of the user and the machine, which count in every repository */
  readonly user: readonly SettingsOfFile[];
  readonly budget: ScanBudget;
  /** Of the folders that the sandbox has */
  readonly names: TreeNames;
  /** Takes what can't be told, for the user */
  readonly notes: string[];
  /** Which other work trees of the same repository count; undefined: all of them */
  readonly counts?: (workTree: string) => boolean;
}

/** What counts in the work trees of a repository of a workspace; nothing of what belongs to another one. */
export async function readGitDirPointed(
  workspace: string,
  gitDir: GitDir,
  options: CountingOptions,
): Promise<readonly PointedPath[]> {
  if (gitDir.shape === "other") {
    const folder = join(workspace, ...gitDir.names);
    const system = findOtherSystem(basename(folder));
    const own = { ...options, workTree: dirname(folder) };
    return system === undefined ? [] : await readOtherPointed(folder, system, own);
  }
  const place = toGitPlace(workspace, gitDir);
  return place === undefined ? [] : await readPointed(place, options);
}

/** The repositories that a folder is a part of, of git's and of other systems. */
export interface OuterRepositories {
  readonly places: readonly GitPlace[];
  readonly others: readonly { readonly workTree: string; readonly system: OtherSystem }[];
}

export function findOuter(workspace: string): OuterRepositories {
  return { places: findOuterPlaces(workspace), others: findOuterOthers(workspace) };
}

/** Whether there are any. */
export function hasOuter({ places, others }: OuterRepositories): boolean {
  return places.length > 0 || others.length > 0;
}

/** What counts in a workspace because of the repositories that it's a part of. */
export async function readOuterPointed(
  { places, others }: OuterRepositories,
  options: CountingOptions,
): Promise<readonly PointedPath[]> {
  const found: PointedPath[] = [];
  for (const { workTree, system } of others) {
    const own = { ...options, workTree };
    for (const one of await readOtherPointed(join(workTree, system.folder), system, own))
      found.push(one);
  }
  for (const place of places) {
    try {
      for (const one of await readPointed(place, options)) found.push(one);
    } catch (error) {
      if (!isVaultboxError(error, "VBX_WORKSPACE_UNSAFE")) throw error;
      options.notes.push(
        `what the repository around the workspace names in it isn't protected: ${error.message}`,
      );
    }
  }
  return found;
}

function findOuterOthers(workspace: string): OuterRepositories["others"] {
  return toFoldersAround(workspace).flatMap((workTree) => {
    using folder = openOrNothing(workTree);
    return otherSystems
      .filter((system) => orNothing(() => folder?.facts(system.folder))?.kind === "folder")
      .map((system) => ({ workTree, system }));
  });
}

/**
 * What the settings and hooks of a repository name, in all of its work trees: relative paths mean each of them.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE when a file that is included is there and can't be read
 */
export async function readPointed(
  place: GitPlace,
  options: CountingOptions,
): Promise<readonly PointedPath[]> {
  const { user, budget } = options;
  const { commonDirectory } = place;
  const shared = await readSettings(commonDirectory, "config", budget);
  const worktree = shared
    .flatMap(({ settings }) => lastValue(settings, "core.worktree") ?? [])
    .at(-1);
  const set = worktree === undefined ? [] : [resolve(commonDirectory, worktree)];
  const { counts = () => true } = options;
  const others = findWorkTrees(place).filter(({ workTree }) => counts(workTree));
  const places = new Map<string, GitPlace>();
  for (const one of [
    ...others,
    ...set.map((workTree) => ({ ...place, workTree, gitDirectory: commonDirectory })),
    place,
  ]) {
    places.set(one.workTree, one);
  }
  const found: PointedPath[] = [];
  for (const one of places.values()) {
    if (!(await budget.turn())) break;
    const own = await readSettings(one.gitDirectory, "config.worktree", budget);
    for (const path of await readWorkTree(one, [...user, ...shared, ...own], options))
      found.push(path);
  }
  // Sapling in a repository of git's
  const { workTree } = place;
  for (const one of await readOtherPointed(commonDirectory, saplingInGit, { ...options, workTree }))
    found.push(one);
  return found;
}

/** The settings of one file in a repository's folder, with those of the files that it includes. */
async function readSettings(
  configFolder: string,
  name: string,
  budget: ScanBudget,
): Promise<readonly SettingsOfFile[]> {
  using folder = openOrNothing(configFolder);
  if (folder === undefined) return [];
  const settings = await readSettingsIn(folder, name, budget);
  return await withIncluded({ settings, configFolder }, budget);
}

/** Commands that go by where the repository is, and not from the work tree */
const fromRepository = /GIT_(?:COMMON_)?DIR|--(?:absolute-)?git-(?:common-dir|dir|path)/;

/** @param files all settings that count there */
async function readWorkTree(
  { workTree, gitDirectory, commonDirectory }: GitPlace,
  files: readonly SettingsOfFile[],
  { budget, names, notes }: CountingOptions,
): Promise<readonly PointedPath[]> {
  const found: PointedPath[] = [];
  const toFolders = (text: string): readonly string[] =>
    fromRepository.test(text) ? [workTree, gitDirectory, commonDirectory] : [workTree];
  for (const { settings, configFolder } of files) {
    for (const setting of settings) {
      for (const one of toSettingPaths(setting, { workTree, configFolder })) found.push(one);
      const text = toCommandText(setting);
      if (text === undefined) continue;
      const isData = isDataSetting(setting);
      const by = setting.key.startsWith("alias.") ? "alias" : "setting";
      const own: CommandText = { text, folders: toFolders(text), by, isData };
      for (const one of await toTextPaths(own, names)) found.push(one);
    }
  }
  const own = found.filter(({ kind }) => kind === "hooks" || kind === "programs");
  const hooks = new Set([join(commonDirectory, "hooks"), ...own.map(({ path }) => path)]);
  for (const path of hooks) {
    for (const { text, folders: around } of await readHookTexts(path, { budget, notes })) {
      const all = [...new Set([...toFolders(text), ...around])];
      const own: CommandText = { text, folders: all, by: "hook", isData: false };
      for (const one of await toTextPaths(own, names)) found.push(one);
    }
  }
  return found;
}
