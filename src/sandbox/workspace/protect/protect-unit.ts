import { join } from "node:path";
import { quoted } from "../../../printable.ts";
import { contains } from "../../../files/path-steps.ts";
import { toNames } from "../host-path.ts";
import type { LookBudget } from "../look-budget.ts";
import { locateGit } from "../repository/git-location.ts";
import type { GitSetting } from "../repository/git-setting.ts";
import type { RepositoryUnit } from "../unit/repository-unit.ts";
import { findRootAt } from "../roots/mounted-root.ts";
import { readOwnSettings, withIncluded } from "./included-settings.ts";
import { mountReadOnly, type MountDraft } from "./mount-draft.ts";
import { toPointedPaths } from "./pointed-paths.ts";
import { protectGitFolder, type GitFolderOptions } from "./protect-git-folder.ts";
import { protectOther } from "./protect-other.ts";
import { protectLinked, protectPointedPaths } from "./protect-pointed-paths.ts";

/** What all units of a workspace are protected with. */
export interface UnitOptions extends GitFolderOptions {
  /** Settings of the user and the machine */
  readonly user: readonly GitSetting[];
  /** Of all that the sandbox can write in */
  readonly drafts: readonly MountDraft[];
  /** What looking at them may cost */
  readonly budget: LookBudget;
}

/** What the settings of a repository are read with, and what relative paths in them mean. */
interface SettingsPlace {
  /** Settings of the user and the machine, which count in every repository */
  readonly user: readonly GitSetting[];
  /** Where git starts programs */
  readonly workTree: string;
  readonly configFolder: string;
  readonly budget: LookBudget;
}

/**
 * Protects one repository, and what its settings name in the work tree.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE, VBX_MOUNT_REFUSED
 */
export async function protectUnit(
  draft: MountDraft,
  { names, shape }: RepositoryUnit,
  options: UnitOptions,
): Promise<void> {
  if (shape === "other") return protectOther(draft, names, options.toShown);
  // They are protected with the repository they belong to
  if (shape === "module" || shape === "worktree") return;
  const workTree = join(draft.path, ...(shape === "bare" ? names : names.slice(0, -1)));
  if (shape === "folder" || shape === "bare") {
    const settings = await protectGitFolder(draft, names, options);
    const configFolder = join(draft.path, ...names);
    protectLinked(draft, [...names, "hooks"]);
    const { user, budget, drafts } = options;
    await protectPointed(drafts, settings, { user, workTree, configFolder, budget });
    return;
  }
  mountReadOnly(draft, names, "file");
  using folder = draft.root.openPath(names.slice(0, -1));
  const found = folder === undefined ? undefined : await locateGit(folder, workTree);
  if (found === undefined || found.kind !== "file") {
    const why = found?.kind === "unusable" ? found.why : "it can't be read";
    draft.notes.push(`${quoted(names.join("/"))} leads to no repository of this work tree: ${why}`);
    return;
  }
  const { user, budget } = options;
  const place = { user, workTree, configFolder: found.commonDirectory, budget };
  await protectCommon(place, options);
}

/** The repository of a submodule or linked work tree, which is protected with the root that it's in. */
async function protectCommon(place: SettingsPlace, options: UnitOptions): Promise<void> {
  const draft = findRootAt(options.drafts.map(toPlace), place.configFolder)?.draft;
  if (draft === undefined) return;
  const names = toNames(draft.path, place.configFolder) ?? [];
  if (!draft.copies.has([...names, "config"].join("/"))) {
    await protectGitFolder(draft, names, options);
  }
  // Relative paths in its settings mean this work tree as much as any other of it
  using common = draft.root.openPath(names);
  const settings = common && (await readOwnSettings(common, options.budget));
  await protectPointed(options.drafts, settings ?? [], place);
}

function toPlace(draft: MountDraft): {
  readonly source: string;
  readonly target: string;
  readonly draft: MountDraft;
} {
  return { source: draft.path, target: draft.target, draft };
}

/**
 * What a repository's settings name in a work tree or in its own folder, also the settings in files that they include.
 * @param drafts of the folders that either is in
 */
async function protectPointed(
  drafts: readonly MountDraft[],
  settings: readonly GitSetting[],
  { user, workTree, configFolder, budget }: SettingsPlace,
): Promise<void> {
  const pointed = [...toPointedPaths(user, { workTree, configFolder })];
  for (const file of await withIncluded({ settings, configFolder }, budget)) {
    const place = { workTree, configFolder: file.configFolder };
    pointed.push(...toPointedPaths(file.settings, place));
  }
  for (const draft of drafts) protectPointedPaths(draft, pointed.filter(isIn(draft, drafts)));
}

/** Whether a path is in a draft's folder, and in that of no inner one. */
function isIn(
  draft: MountDraft,
  drafts: readonly MountDraft[],
): (pointed: { readonly path: string }) => boolean {
  const inner = drafts.filter((one) => one !== draft && contains(draft.path, one.path));
  return ({ path }) => contains(draft.path, path) && !inner.some((one) => contains(one.path, path));
}
