import { orNothing, type Folder } from "../../../files/beneath.ts";
import { toNames } from "../host-path.ts";
import { findOtherSystem } from "../other-systems/other-system.ts";
import { readOwnSettings, withIncluded } from "../protect/included-settings.ts";
import { kindOf, type MountDraft } from "../protect/mount-draft.ts";
import { maxConfigurationBytes } from "../repository/git-configuration.ts";
import type { RepositoryUnit } from "../unit/repository-unit.ts";
import { hideLogs } from "./hide-logs.ts";
import { withoutSecrets } from "./settings-text.ts";

/** Settings in the work tree: of git, git-lfs, Mercurial and Subversion */
const treeNames =
  /^(?:\.gitmodules|\.lfsconfig|\.gitconfig|\.hgsub|\.hgrc|\.slconfig|\.gitreview|\.gitrepo)$/i;
/** In a repository's folder: git's own, what editors leave of it, and what other programs keep there */
const ownNames = /^(?:config.*|sourcetree.*|description|.*\.(?:conf|cfg|ini|toml|json|ya?ml))$/i;
/** Folders of a repository that hold settings: old remotes, `git svn`, git-lfs, Sapling, GitKraken, git-annex, git-p4 */
const ownFolders = ["remotes", "branches", "svn", "lfs", "sl", "gk", "annex", "info"];
/** Files of such a folder; one that has more isn't looked through */
const maxFiles = 1000;

/**
 * Shows copies without secrets in place of the files that git and its like read settings from, wherever they are.
 * @param paths of files that programs of the host go by, from the workspace
 */
export async function hideSettings(
  draft: MountDraft,
  units: readonly RepositoryUnit[],
  paths: Iterable<string>,
): Promise<void> {
  for (const { names, shape } of units) {
    if (shape === "other") hideOther(draft, names);
    if (shape !== "folder" && shape !== "bare" && shape !== "module" && shape !== "worktree")
      continue;
    // What can't be opened was refused or masked
    using folder = orNothing(() => draft.root.openPath(names));
    if (folder === undefined) continue;
    hideIn(draft, folder, { names, wanted: ownNames });
    for (const inner of ownFolders) {
      using opened = orNothing(() => folder.open(inner));
      if (opened !== undefined) hideIn(draft, opened, { names: [...names, inner], wanted: /^/ });
    }
    hideLogs(draft, folder, names);
    await hideIncluded(draft, folder, names);
  }
  for (const path of paths) {
    const names = path.split("/");
    if (treeNames.test(names.at(-1) ?? "")) hideFile(draft, names);
  }
}

function hideOther(draft: MountDraft, names: readonly string[]): void {
  for (const { path } of findOtherSystem(names.at(-1) ?? "")?.settings ?? []) {
    hideFile(draft, [...names, ...path.split("/")]);
  }
}

function hideIn(
  draft: MountDraft,
  folder: Folder,
  { names, wanted }: { readonly names: readonly string[]; readonly wanted: RegExp },
): void {
  for (const { name, kind } of folder.entries().slice(0, maxFiles)) {
    if (kind === "file" && wanted.test(name)) hideFile(draft, [...names, name]);
  }
}

/** What the settings include, whatever the condition, as far as it's in the workspace. */
async function hideIncluded(
  draft: MountDraft,
  folder: Folder,
  names: readonly string[],
): Promise<void> {
  const configFolder = [draft.path, ...names].join("/");
  for (const { path } of await withIncluded(await readOwnSettings(folder), configFolder)) {
    const inside = path === undefined ? undefined : toNames(draft.path, path);
    if (inside !== undefined && kindOf(draft, inside) === "file") hideFile(draft, inside);
  }
}

function hideFile(draft: MountDraft, names: readonly string[]): void {
  const key = names.join("/");
  // A copy that is shown already has been made without secrets
  if (draft.copies.has(key)) return;
  using parent = orNothing(() => draft.root.openPath(names.slice(0, -1)));
  const name = names.at(-1) ?? "";
  const content = parent?.read(name, maxConfigurationBytes);
  if (content === undefined) {
    const facts = orNothing(() => parent?.facts(name));
    // The sandbox is its owner, and can change the mode that keeps us out
    const isUnread = facts?.kind === "file" && facts.size <= maxConfigurationBytes;
    if (isUnread && facts.uid === process.geteuid?.()) draft.copies.set(key, Buffer.alloc(0));
    return;
  }
  const shown = withoutSecrets(content);
  if (shown === content) return;
  draft.own.delete(key);
  draft.copies.set(key, shown);
}
