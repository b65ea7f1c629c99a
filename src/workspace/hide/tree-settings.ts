/** Settings in the work tree: of git, git-lfs, Mercurial and Subversion */
const treeNames =
  /^(?:\.gitmodules|\.lfsconfig|\.gitconfig|\.hgsub|\.hgrc|\.slconfig|\.gitreview|\.gitrepo)$/i;

/** Whether a file of the work tree is one that a version control system reads settings from. */
export function isTreeSettings(name: string): boolean {
  return treeNames.test(name);
}
