import { join } from "node:path";
import { quoted } from "../../base/printable.ts";
import { toNames } from "../host-path.ts";
import type { ScanBudget } from "../scan-budget.ts";
import { locateGit } from "../git-dir/git-location.ts";
import type { GitDir } from "../git-dir/inspect/find-git-dirs.ts";
import { findRootAt } from "../roots/mounted-root.ts";
import { mountReadOnly, type MountDraft } from "./mount-draft.ts";
import { protectGitFolder, type GitFolderOptions } from "./protect-git-folder.ts";
import { protectOther } from "./protect-other.ts";
import { protectLinked } from "./protect-pointed-paths.ts";

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
  names: readonly string[],
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
