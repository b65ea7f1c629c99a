import { dirname, join, resolve } from "node:path";
import { orNothing, type Folder } from "../../base/fs/beneath.ts";
import { toNames, toRealPath } from "../host-path.ts";
import { readLine } from "../git-dir/git-location.ts";

/** What git itself keeps in a repository's folder (gitrepository-layout(5)); no work tree is in there. */
const gitNames =
  /^(?:objects|refs|logs|info|hooks|branches|remotes|modules|worktrees|lfs|svn|annex|rr-cache|common|rebase-.*|sequencer|.*WORKTREE)$/;

/**
 * Finds linked work trees that lie in the folder of their repository, as beside a bare one.
 * @param source real path of the folder
 * @returns names from it
 */
export function findInnerTrees(folder: Folder, source: string): readonly (readonly string[])[] {
  using worktrees = orNothing(() => folder.open("worktrees"));
  const found = (worktrees?.entries() ?? []).flatMap(({ name, kind }) => {
    using own = kind === "folder" ? orNothing(() => worktrees?.open(name)) : undefined;
    const link = own && orNothing(() => readLine(own, "gitdir"));
    if (link === undefined) return [];
    const tree = toRealPath(dirname(resolve(join(source, "worktrees", name), link)));
    const names = tree === undefined ? undefined : toNames(source, tree);
    return names === undefined ? [] : [names];
  });
  return found.filter((names) => isTree(folder, names));
}

function isTree(folder: Folder, names: readonly string[]): boolean {
  if (names.length === 0 || gitNames.test(names[0] ?? "")) return false;
  using tree = orNothing(() => folder.openPath(names));
  return orNothing(() => tree?.facts(".git"))?.kind === "file";
}
