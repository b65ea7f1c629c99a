import { join } from "node:path";
import { quoted } from "../../../printable.ts";
import { openRealOrNothing, toNames } from "../host-path.ts";
import type { LookBudget } from "../look-budget.ts";
import { locateGit } from "../repository/git-location.ts";
import type { GitSetting } from "../repository/git-setting.ts";
import type { RepositoryUnit } from "../unit/repository-unit.ts";
import { findSpecialFiles } from "../scan/find-special-files.ts";
import { readOwnSettings, withIncluded } from "./included-settings.ts";
import { createDraft, mountReadOnly, type MountDraft } from "./mount-draft.ts";
import { toPointedPaths } from "./pointed-paths.ts";
import { protectGitFolder, type GitFolderOptions } from "./protect-git-folder.ts";
import { protectOther } from "./protect-other.ts";
import { protectLinked, protectPointedPaths } from "./protect-pointed-paths.ts";

/** What all units of a workspace are protected with. */
export interface UnitOptions extends GitFolderOptions {
  /** Settings of the user and the machine */
  readonly user: readonly GitSetting[];
  /** Rejects when a folder outside the workspace may not be mounted */
  readonly checkMount: (path: string) => Promise<unknown>;
  /** Of repositories outside the workspace, by their real paths */
  readonly outside: Map<string, MountDraft>;
  /** What looking at them may cost */
  readonly budget: LookBudget;
  /** Closes what is opened for them */
  readonly opened: DisposableStack;
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
    const { user, budget } = options;
    await protectPointed([draft], settings, { user, workTree, configFolder, budget });
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
  if (options.isInSandbox(found.commonDirectory)) await protectInside(draft, place, options);
  else await protectOutside(draft, place, options);
}

/** A submodule or linked work tree of a repository in the workspace, which is protected with that one. */
async function protectInside(
  draft: MountDraft,
  place: SettingsPlace,
  options: UnitOptions,
): Promise<void> {
  const names = toNames(draft.path, place.configFolder) ?? [];
  if (!draft.copies.has([...names, "config"].join("/"))) {
    await protectGitFolder(draft, names, options);
  }
  // Relative paths in its settings mean this work tree as much as any other of it
  using common = draft.root.openPath(names);
  const settings = common && (await readOwnSettings(common, options.budget));
  await protectPointed([draft], settings ?? [], place);
}

/** The common folder of a work tree whose repository is elsewhere: mounted, so that git works, and as protected. */
async function protectOutside(
  draft: MountDraft,
  place: SettingsPlace,
  options: UnitOptions,
): Promise<void> {
  const path = place.configFolder;
  const known = options.outside.get(path);
  if (known !== undefined) {
    await protectPointed([draft, known], await readOwnSettings(known.root, options.budget), place);
    return;
  }
  await options.checkMount(path);
  const root = openRealOrNothing(path);
  if (root === undefined) return;
  const special = await findSpecialFiles(options.opened.use(root));
  const common = createDraft(path, root, special);
  common.own.set("", { readOnly: false });
  options.outside.set(path, common);
  const settings = await protectGitFolder(common, [], options);
  await protectPointed([draft, common], settings, place);
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
  for (const draft of drafts) protectPointedPaths(draft, pointed);
}
