import { unsafe } from "../unsafe-workspace.ts";
import { join, posix } from "node:path";
import { quoted } from "../../base/printable.ts";
import { toNames } from "../host-path.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { locateGit } from "../git-dir/git-location.ts";
import type { GitDir } from "../git-dir/inspect/find-git-dirs.ts";
import { findRootAt } from "../roots/mounted-root.ts";
import { mountReadOnly, type MountDraft, mountCopy, kindOf, pinFolders } from "./mount-draft.ts";
import { protectOther, protectSettings } from "./protect-other.ts";
import { protectLinked } from "./protect-pointed-paths.ts";
import { VaultboxError } from "../../base/errors.ts";
import type { Folder, Names } from "../../base/fs/beneath.ts";
import { isDisabledName } from "../handoff/take-away.ts";
import {
  maxConfigurationBytes,
  readConfiguration,
  unreadable,
} from "../git-dir/git-configuration.ts";
import { isTrue, type GitSetting } from "../git-dir/git-setting.ts";
import { isBareRepository } from "../git-dir/repository-signs.ts";
import { isNameable } from "./nameable.ts";
import { protectWorkTrees, type TreesInSandbox } from "./protect-work-trees.ts";
import { saplingInGit } from "../git-dir/other-system.ts";
import { sameFolder } from "./mount-point.ts";

/** What all git dirs of a workspace are protected with. */
export interface GitDirOptions extends GitFolderOptions {
  /** Of all that the sandbox can write in */
  readonly drafts: readonly MountDraft[];
  /** What looking at them may cost */
  readonly budget: ScanBudget;
}

/**
 * Protects one repository; what its settings and hooks name is protected with that of all others.
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE
 */
export async function protectGitDir(
  draft: MountDraft,
  { names, shape }: GitDir,
  options: GitDirOptions,
): Promise<void> {
  // They are protected with the repository they belong to
  if (shape === "module" || shape === "worktree") return;
  if (shape === "other") protectOther(draft, names, options.toShown);
  else if (shape === "folder" || shape === "bare") {
    await protectGitFolder(draft, names, options);
    protectLinked(draft, [...names, "hooks"], options.drafts);
  } else {
    mountReadOnly(draft, names, "file");
    await protectCommon(draft, names, options);
  }
}

/** What a `.git` file names: the repository of a submodule or linked work tree, with the root that it's in. */
async function protectCommon(
  draft: MountDraft,
  names: Names,
  options: GitDirOptions,
): Promise<void> {
  const around = names.slice(0, -1);
  using folder = draft.root.folder.openPath(around);
  const found = folder && (await locateGit(folder, join(draft.root.source, ...around)));
  if (found === undefined || found.kind !== "file") {
    const why = found?.kind === "unusable" ? found.why : "it can't be read";
    draft.notes.push(`${quoted(names.join("/"))} leads to no repository of this work tree: ${why}`);
    return;
  }
  const roots = options.drafts.map(({ root }) => root);
  const at = findRootAt(roots, found.commonDirectory);
  const common = options.drafts.find(({ root }) => root === at);
  if (common === undefined) return;
  const own = toNames(common.root.source, found.commonDirectory) ?? [];
  if (!common.copies.has([...own, "config"].join("/")))
    await protectGitFolder(common, own, options);
}

/** Submodules within submodules, and folders within `modules` */
const maxModuleDepth = 16;
const empty = Buffer.alloc(0);

interface GitFolderOptions {
  /** What the sandbox may read of a configuration file */
  readonly toShown: (content: Buffer) => Buffer;
  readonly trees: TreesInSandbox;
}

/**
 * Protects what makes git run programs or read settings in a repository's folder, and leaves the rest writable: index,
 * refs, objects, logs, HEAD, and whatever a commit, a rebase or a stash keeps there.
 * @param names of the folder, beneath the draft's root
 * @throws VaultboxError VBX_WORKSPACE_UNSAFE
 */
async function protectGitFolder(
  draft: MountDraft,
  names: Names,
  options: GitFolderOptions,
): Promise<void> {
  pinFolders(draft, names);
  const settings = await protectConfiguration(draft, [...names, "config"], options);
  mountReadOnly(draft, [...names, "hooks"], "folder");
  protectInfo(draft, [...names, "info"]);
  // Git reads the configuration from wherever this file says, in a repository that is no linked work tree as well
  mountReadOnly(draft, [...names, "commondir"], "file", sameFolder);
  for (const legacy of ["remotes", "branches"]) {
    if (kindOf(draft, [...names, legacy]) === "folder") {
      mountReadOnly(draft, [...names, legacy], "folder");
    }
  }
  protectSettings(draft, names, { system: saplingInGit, toShown: options.toShown });
  const usesWorktreeConfig = hasWorktreeConfig(settings);
  if (usesWorktreeConfig) {
    await protectConfiguration(draft, [...names, "config.worktree"], options);
  }
  await protectWorkTrees(draft, [...names, "worktrees"], {
    trees: options.trees,
    protectSettings: async (own) => {
      if (usesWorktreeConfig) {
        await protectConfiguration(draft, [...own, "config.worktree"], options);
      }
    },
    protectModules: (own) => protectModules(draft, [...own, "modules"], { options, depth: 0 }),
  });
  await protectModules(draft, [...names, "modules"], { options, depth: 0 });
}

function hasWorktreeConfig(settings: readonly GitSetting[]): boolean {
  return isTrue(settings.findLast(({ key }) => key === "extensions.worktreeconfig"));
}

/** The sandbox gets a copy: it may show less than the file says, and no link can take the file's place before the mount. */
async function protectConfiguration(
  draft: MountDraft,
  names: Names,
  { toShown }: GitFolderOptions,
): Promise<readonly GitSetting[]> {
  using folder = draft.root.folder.openPath(names.slice(0, -1));
  const content = folder?.read(names.at(-1) ?? "", maxConfigurationBytes) ?? empty;
  if (content === empty && kindOf(draft, names) === "file")
    throw unreadable(join(draft.root.source, ...names));
  mountCopy(draft, names, toShown(content));
  const settings = await readConfiguration(content);
  if (settings === undefined) {
    draft.notes.push(`git can't read ${posix.join(...names)}; what it names isn't protected`);
  }
  return settings ?? [];
}

function tooDeep(path: string): VaultboxError {
  return unsafe(
    `cannot protect ${quoted(path)}: it is in more than ${maxModuleDepth} folders`,
    "move what is in it out of .git/modules",
  );
}

function protectInfo(draft: MountDraft, names: Names): void {
  if (kindOf(draft, names) === undefined)
    draft.mountPoints.push({ names, kind: "folder", content: "" });
  pinFolders(draft, names);
  mountReadOnly(draft, [...names, "attributes"], "file");
}

/** Repositories of submodules, at any depth: a submodule's name may have slashes. */
async function protectModules(
  draft: MountDraft,
  names: Names,
  { options, depth }: { readonly options: GitFolderOptions; readonly depth: number },
): Promise<void> {
  using folder: Folder | undefined = draft.root.folder.openPath(names);
  if (folder === undefined) return;
  if (depth > maxModuleDepth) throw tooDeep(join(draft.root.source, ...names));
  pinFolders(draft, names);
  for (const { name, kind } of folder.entries()) {
    if (kind !== "folder") continue;
    const own = [...names, name];
    // By this name no work tree finds it
    if (isDisabledName(name) && !isNameable(join(draft.root.source, ...own))) continue;
    using inner = folder.open(name);
    if (inner !== undefined && isBareRepository(inner.entries())) {
      await protectGitFolder(draft, own, options);
    } else await protectModules(draft, own, { options, depth: depth + 1 });
  }
}
