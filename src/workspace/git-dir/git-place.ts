import { basename, dirname, join, resolve } from "node:path";
import { orNothing, type Folder } from "../../base/fs/beneath.ts";
import { openOrNothing, toFoldersAround, toRealPath } from "../host-path.ts";
import { maxConfigurationBytes, readConfiguration } from "./git-configuration.ts";
import { lastValue } from "./git-setting.ts";
import type { GitDir } from "./inspect/find-git-dirs.ts";
import { readLine } from "./git-location.ts";

/** A work tree, and where git goes by its settings: also by those that lead out of what vaultbox would mount. */
export interface GitPlace {
  /** Where git starts programs; of a bare repository its folder */
  readonly workTree: string;
  /** Absolute; what is this work tree's own */
  readonly gitDirectory: string;
  /** Absolute; what all work trees of the repository share */
  readonly commonDirectory: string;
}

/** The place of a repository in a workspace; undefined for what isn't git's, and where it's part of another one. */
export function toGitPlace(workspace: string, { names, shape }: GitDir): GitPlace | undefined {
  const path = join(workspace, ...names);
  if (shape === "folder") return { ...toPlace(path), workTree: dirname(path) };
  if (shape === "bare" || shape === "module") return toPlace(path);
  return shape === "file" ? findGitPlace(dirname(path), basename(path)) : undefined;
}

/**
 * As git finds it, for a folder with a `.git`, or a bare repository; undefined for any other.
 * @param name as it's spelled there, which some file systems take for `.git`
 */
function findGitPlace(folder: string, name = ".git"): GitPlace | undefined {
  using open = openOrNothing(folder);
  const kind = open && orNothing(() => open.facts(name))?.kind;
  if (open === undefined) return undefined;
  if (kind === undefined) return isBare(open) ? toPlace(folder) : undefined;
  const named = kind === "file" ? readLine(open, name)?.replace(/^gitdir: ?/, "") : name;
  const end = named === undefined ? undefined : toRealPath(resolve(folder, named));
  return end === undefined ? undefined : { ...toPlace(end), workTree: folder };
}

/** Around a folder: each repository that it may be a part of, the innermost first. */
export function findOuterPlaces(folder: string): readonly GitPlace[] {
  return toFoldersAround(folder).flatMap((one) => findGitPlace(one) ?? []);
}

/** Other work trees of a repository (gitrepository-layout(5), "worktrees"), and the one that its `.git` lies in. */
export function findWorkTrees({ commonDirectory }: GitPlace): readonly GitPlace[] {
  const found: GitPlace[] = [];
  if (basename(commonDirectory) === ".git") {
    const workTree = dirname(commonDirectory);
    found.push({ workTree, gitDirectory: commonDirectory, commonDirectory });
  }
  using linked = openOrNothing(join(commonDirectory, "worktrees"));
  for (const { name, kind } of (linked && orNothing(() => linked.entries())) ?? []) {
    using folder = kind === "folder" ? orNothing(() => linked?.open(name)) : undefined;
    const named = folder && readLine(folder, "gitdir");
    if (named === undefined) continue;
    const gitDirectory = join(commonDirectory, "worktrees", name);
    found.push({ workTree: dirname(resolve(gitDirectory, named)), gitDirectory, commonDirectory });
  }
  return found;
}

function toPlace(path: string): GitPlace {
  using folder = openOrNothing(path);
  const common = folder && readLine(folder, "commondir");
  const end = common === undefined ? undefined : toRealPath(resolve(path, common));
  return { workTree: path, gitDirectory: path, commonDirectory: end ?? path };
}

function isBare(folder: Folder): boolean {
  return ["HEAD", "objects", "refs"].every(
    (name) => orNothing(() => folder.facts(name)) !== undefined,
  );
}

/**
 * Work trees that repositories' own settings name (`core.worktree`), with no `.git` in them: those of a repository for
 * files of the home, or one that was made with `--separate-git-dir`. Git doesn't go by included files for it.
 */
export async function findNamedTrees(
  workspace: string,
  gitDirs: readonly GitDir[],
): Promise<readonly GitPlace[]> {
  const found: GitPlace[] = [];
  for (const gitDir of gitDirs) {
    if (gitDir.shape !== "folder" && gitDir.shape !== "bare") continue;
    const place = orNothing(() => toGitPlace(workspace, gitDir));
    const named = place && (await readNamed(place.commonDirectory));
    const workTree = named === undefined ? undefined : toRealPath(named);
    if (place === undefined || workTree === undefined) continue;
    found.push({ ...place, gitDirectory: place.commonDirectory, workTree });
  }
  return found;
}

/** Absolute, and not yet seen whether it's there. */
async function readNamed(gitDirectory: string): Promise<string | undefined> {
  using folder = openOrNothing(gitDirectory);
  let named: string | undefined;
  // `config.worktree` counts where `config` says so (git-worktree(1)), and for nothing here when it doesn't
  for (const name of ["config", "config.worktree"]) {
    const content = folder?.read(name, maxConfigurationBytes);
    // Most say nothing of it, and needn't be read by git
    if (content === undefined || !/worktree/i.test(content.toString("latin1"))) continue;
    named = lastValue((await readConfiguration(content)) ?? [], "core.worktree") ?? named;
  }
  return named === undefined ? undefined : resolve(gitDirectory, named);
}
