import { join, posix, resolve } from "node:path";
import type { Names } from "../../base/fs/beneath.ts";
import { quoted } from "../../base/printable.ts";
import { toNames } from "../host-path.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { unsafe } from "../unsafe-workspace.ts";
import {
  maxConfigurationBytes,
  readConfiguration,
  unreadable,
} from "../git-dir/git-configuration.ts";
import { locateGit, readLine } from "../git-dir/git-location.ts";
import { isTrue, type GitSetting } from "../git-dir/git-setting.ts";
import type { GitDir } from "../git-dir/inspect/find-git-dirs.ts";
import { saplingInGit } from "../git-dir/other-system.ts";
import { isBareRepository } from "../git-dir/repository-signs.ts";
import { isDisabledName } from "../handoff/take-away.ts";
import { findRootAt } from "../roots/mounted-root.ts";
import { kindOf, mountCopy, mountReadOnly, pinFolders, type MountDraft } from "./mount-draft.ts";
import { sameFolder } from "./mount-point.ts";
import { isNameable } from "./nameable.ts";
import { protectOther, protectSettings } from "./protect-other.ts";
import { protectLinked } from "./protect-pointed-paths.ts";
import { isGone, keepUnseen, type TreesInSandbox } from "./protect-work-trees.ts";

/** Submodules within submodules, and folders within `modules` */
const maxModuleDepth = 16;
const empty = Buffer.alloc(0);

/** What all git dirs of a workspace are protected with. */
export interface GitDirOptions {
  /** What the sandbox may read of a configuration file */
  readonly toShown: (content: Buffer) => Buffer;
  readonly trees: TreesInSandbox;
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

/**
 * Protects what makes git run programs or read settings in a repository's folder, and leaves the rest writable: index,
 * refs, objects, logs, HEAD, and whatever a commit, a rebase or a stash keeps there.
 * @param names of the folder, beneath the draft's root
 */
async function protectGitFolder(
  draft: MountDraft,
  names: Names,
  options: GitDirOptions,
): Promise<void> {
  pinFolders(draft, names);
  const settings = await protectConfiguration(draft, [...names, "config"], options);
  mountReadOnly(draft, [...names, "hooks"], "folder");
  const info = [...names, "info"];
  if (kindOf(draft, info) === undefined)
    draft.mountPoints.push({ names: info, kind: "folder", content: "" });
  pinFolders(draft, info);
  mountReadOnly(draft, [...info, "attributes"], "file");
  // Git reads the configuration from wherever this file says, in a repository that is no linked work tree as well
  mountReadOnly(draft, [...names, "commondir"], "file", sameFolder);
  for (const legacy of ["remotes", "branches"]) {
    if (kindOf(draft, [...names, legacy]) === "folder") {
      mountReadOnly(draft, [...names, legacy], "folder");
    }
  }
  protectSettings(draft, names, { system: saplingInGit, toShown: options.toShown });
  const ofTrees = isTrue(settings.findLast(({ key }) => key === "extensions.worktreeconfig"));
  if (ofTrees) await protectConfiguration(draft, [...names, "config.worktree"], options);
  await protectWorkTrees(draft, [...names, "worktrees"], { ...options, ofTrees });
  await protectModules(draft, [...names, "modules"], { ...options, depth: 0 });
}

/** The sandbox gets a copy: it may show less than the file says, and no link can take the file's place before the mount. */
async function protectConfiguration(
  draft: MountDraft,
  names: Names,
  { toShown }: GitDirOptions,
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

/**
 * The administrative folders of linked work trees (gitrepository-layout(5)).
 * @param names of the folder `worktrees`
 * @param options.ofTrees whether work trees have settings of their own
 */
async function protectWorkTrees(
  draft: MountDraft,
  names: Names,
  options: GitDirOptions & { readonly ofTrees: boolean },
): Promise<void> {
  using folder = draft.root.folder.openPath(names);
  if (folder === undefined) return;
  pinFolders(draft, names);
  for (const { name, kind } of folder.entries()) {
    if (kind !== "folder") continue;
    const own = [...names, name];
    using administrative = folder.open(name);
    const line = administrative && readLine(administrative, "gitdir");
    const link = line === undefined ? undefined : resolve(join(draft.root.source, ...own), line);
    // Nothing of it is used, and `git worktree prune` removes it
    if (link !== undefined && isGone(link, administrative)) continue;
    const isSeen = link !== undefined && options.trees(link) === "seen";
    if (isSeen) {
      pinFolders(draft, own);
      mountReadOnly(draft, [...own, "commondir"], "file", "../..\n");
      mountReadOnly(draft, [...own, "gitdir"], "file");
    } else if (link === undefined || !(await keepUnseen(draft, own, { ...options, link }))) {
      draft.own.set(own.join("/"), { readOnly: true });
      continue;
    }
    if (options.ofTrees) await protectConfiguration(draft, [...own, "config.worktree"], options);
    if (isSeen) await protectModules(draft, [...own, "modules"], { ...options, depth: 0 });
  }
}

/** Repositories of submodules, at any depth: a submodule's name may have slashes. */
async function protectModules(
  draft: MountDraft,
  names: Names,
  options: GitDirOptions & { readonly depth: number },
): Promise<void> {
  using folder = draft.root.folder.openPath(names);
  if (folder === undefined) return;
  const path = join(draft.root.source, ...names);
  if (options.depth > maxModuleDepth)
    throw unsafe(
      `cannot protect ${quoted(path)}: it is in more than ${maxModuleDepth} folders`,
      "move what is in it out of .git/modules",
    );
  pinFolders(draft, names);
  for (const { name, kind } of folder.entries()) {
    if (kind !== "folder") continue;
    const own = [...names, name];
    // By this name no work tree finds it
    if (isDisabledName(name) && !isNameable(join(path, name))) continue;
    using inner = folder.open(name);
    if (inner !== undefined && isBareRepository(inner.entries())) {
      await protectGitFolder(draft, own, options);
    } else await protectModules(draft, own, { ...options, depth: options.depth + 1 });
  }
}
