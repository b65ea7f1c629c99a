import { dirname, join, resolve } from "node:path";
import { orNothing, type Folder } from "../../base/fs/beneath.ts";
import { toNameText } from "../../base/fs/name-text.ts";
import { openOrNothing, toFoldersAround, toRealPath } from "../host-path.ts";
import { readSettingsIn } from "./git-configuration.ts";
import { lastValue } from "./git-setting.ts";

/** Where a work tree's repository is. */
export interface GitLocation {
  /** Absolute; `.git` itself, or what a `.git` file names */
  readonly gitDirectory: string;
  /** Absolute; what all work trees of the repository share */
  readonly commonDirectory: string;
  readonly kind: "folder" | "file";
}

type LocatedGit =
  | GitLocation
  | { readonly kind: "none" }
  | { readonly kind: "unusable"; readonly why: string };

const maxLinkBytes = 8192;

/**
 * Finds the repository of a work tree. A `.git` file counts only if what it names points back to it: the agent of an
 * earlier run could have written it, and what it names is mounted.
 * @param root an open folder, its real path being `path`
 */
export async function locateGit(root: Folder, path: string): Promise<LocatedGit> {
  const facts = root.facts(".git");
  if (facts === undefined) return { kind: "none" };
  const own = join(path, ".git");
  if (facts.kind === "folder") {
    return { kind: "folder", gitDirectory: own, commonDirectory: own };
  }
  if (facts.kind !== "file")
    return unusable(facts.kind === "link" ? "it is a symbolic link" : "it is no file");
  const named = readLine(root, ".git")?.replace(/^gitdir: ?/, "");
  if (named === undefined || named === "") return unusable("it names no repository");
  const gitDirectory = toRealPath(resolve(path, named));
  if (gitDirectory === undefined) return unusable("what it names isn't there");
  using folder = openOrNothing(gitDirectory);
  if (folder === undefined) return unusable("what it names can't be read");
  const common = readLine(folder, "commondir");
  if (common !== undefined) return locateLinked(folder, { own, gitDirectory, common });
  return locateModule(folder, { path, gitDirectory });
}

/** A linked work tree (gitrepository-layout(5), "worktrees"): `gitdir` in its administrative folder is the way back. */
function locateLinked(
  folder: Folder,
  { own, gitDirectory, common }: { own: string; gitDirectory: string; common: string },
): LocatedGit {
  const back = readLine(folder, "gitdir");
  if (back === undefined || toRealPath(resolve(gitDirectory, back)) !== own) {
    return unusable("the work tree it names does not point back to it");
  }
  const commonDirectory = toRealPath(resolve(gitDirectory, common));
  if (commonDirectory === undefined || dirname(dirname(gitDirectory)) !== commonDirectory) {
    return unusable("the work tree it names is in no repository");
  }
  return { kind: "file", gitDirectory, commonDirectory };
}

/** A submodule: `core.worktree` of its repository is the way back. */
async function locateModule(
  folder: Folder,
  { path, gitDirectory }: { path: string; gitDirectory: string },
): Promise<LocatedGit> {
  const worktree = lastValue(await readSettingsIn(folder, "config"), "core.worktree");
  if (worktree === undefined || toRealPath(resolve(gitDirectory, worktree)) !== path) {
    return unusable("the repository it names does not point back to it");
  }
  return { kind: "file", gitDirectory, commonDirectory: gitDirectory };
}

/**
 * The work tree around a folder: itself, or the nearest above it, never as high as the home folder, nor as one that git
 * doesn't go up to (git(1), `GIT_CEILING_DIRECTORIES`).
 */
export function findWorkTree(
  workspace: string,
  home: string,
  { GIT_CEILING_DIRECTORIES: ceilings = "" }: NodeJS.ProcessEnv = process.env,
): string | undefined {
  const tops = new Set(
    ceilings.split(":").flatMap((path) => (path.startsWith("/") ? (toRealPath(path) ?? path) : [])),
  );
  for (const folder of [workspace, ...toFoldersAround(workspace)]) {
    if ((folder === home || tops.has(folder)) && folder !== workspace) return undefined;
    using open = openOrNothing(folder);
    if (orNothing(() => open?.facts(".git")) !== undefined) return folder;
  }
  return undefined;
}

/** The one line of a small file. Undefined when there are more: git takes line breaks within for a part of the name. */
export function readLine(folder: Folder, name: string): string | undefined {
  const content = folder.read(name, maxLinkBytes);
  const line = content && withoutLineEnd(toNameText(content));
  return line === undefined || /[\r\n]/.test(line) ? undefined : line;
}

/** The branch that HEAD names; undefined when it's detached. */
export function toBranch(head: string | undefined): string | undefined {
  return /^ref: refs\/heads\/(.+)$/.exec(head ?? "")?.[1];
}

/** Without the line breaks at the end, however many there are. */
export function withoutLineEnd(text: string): string {
  let end = text.length;
  while (end > 0 && (text[end - 1] === "\n" || text[end - 1] === "\r")) end--;
  return text.slice(0, end);
}

function unusable(why: string): LocatedGit {
  return { kind: "unusable", why };
}
