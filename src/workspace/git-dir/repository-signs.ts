import type { Entry } from "../../base/fs/entry-facts.ts";
import { toSpellings, type Spellings } from "./spellings.ts";

// By what git takes something for a repository.

const gitName = toSpellings(".git", "git~1");
const headName = toSpellings("head");
const objectsName = toSpellings("objects");
const refsName = toSpellings("refs");
const commonName = toSpellings("commondir");

/** Without these there is no repository (gitrepository-layout(5)): a glob of the user's doesn't mean them. */
const gitFiles = toSpellings(
  ..."head config config.worktree index packed-refs commondir gitdir shallow".split(" "),
);

export function isGitFile(name: string): boolean {
  return gitFiles.test(name);
}

/** Whether a file system takes a name for `.git`. */
export function isGitName(name: string): boolean {
  return gitName.test(name);
}

/** The same for `HEAD`, without which a folder is no repository. */
export function isHeadName(name: string): boolean {
  return headName.test(name);
}

/**
 * Whether a folder is a repository without a work tree around it: git takes it for one wherever it lies, also when
 * objects and refs are where `commondir` says.
 */
export function isBareRepository(entries: readonly Entry[]): boolean {
  const has = (wanted: Spellings): boolean => entries.some(({ name }) => wanted.test(name));
  return has(headName) && ((has(objectsName) && has(refsName)) || has(commonName));
}

/** Settings in the work tree: of git, git-lfs, Mercurial and Subversion */
const treeNames =
  /^(?:\.gitmodules|\.lfsconfig|\.gitconfig|\.hgsub|\.hgrc|\.slconfig|\.gitreview|\.gitrepo)$/i;

/** Whether a file of the work tree is one that a version control system reads settings from. */
export function isTreeSettings(name: string): boolean {
  return treeNames.test(name);
}
