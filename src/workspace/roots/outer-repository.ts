import { lstatSync } from "node:fs";
import { join } from "node:path";
import { orNothing, type Folder } from "../../base/fs/beneath.ts";
import { contains } from "../../base/fs/path-steps.ts";
import { openOrNothing } from "../host-path.ts";
import { findRootAt, type MountedRoot } from "./mounted-root.ts";
import type { ScannedRoot } from "./scan-root.ts";

/**
 * Finds the repositories of folders that are work trees themselves, where these lie outside of all the folders: they are
 * mounted too, and so the sandbox's to write in.
 * @param folders real paths
 * @returns real paths of git's folders
 */
export async function findOuterRepositories(
  folders: readonly string[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of folders) {
    // Most are no such work tree, and then nothing is loaded
    const isLinked = orNothing(() => lstatSync(join(path, ".git")).isFile()) === true;
    using folder = isLinked ? openOrNothing(path) : undefined;
    const common = folder && (await locateCommon(folder, path));
    if (common !== undefined && !folders.some((one) => contains(one, common))) found.push(common);
  }
  return withoutInner(found);
}

async function locateCommon(folder: Folder, workTree: string): Promise<string | undefined> {
  const { locateGit } = await import("../git-dir/git-location.ts");
  // Whoever looks through the folder says what is wrong with it
  const found = await locateGit(folder, workTree).catch(() => undefined);
  return found?.kind === "file" ? found.commonDirectory : undefined;
}

/** The same for all work trees that were found in the roots: what they need mounted at its own path. */
export async function findOuterRoots(
  looked: readonly ScannedRoot[],
): Promise<readonly MountedRoot[]> {
  const writable = looked.filter(({ root }) => root.writable);
  const roots = writable.map(({ root }) => root);
  const found: string[] = [];
  for (const { root, scan } of writable) {
    for (const { names, shape } of scan.repositories) {
      if (shape !== "file") continue;
      const around = names.slice(0, -1);
      using folder = orNothing(() => root.folder.openPath(around));
      const common = folder && (await locateCommon(folder, join(root.source, ...around)));
      if (common !== undefined && findRootAt(roots, common) === undefined) found.push(common);
    }
  }
  return withoutInner(found).map((path) => ({
    kind: "repository",
    source: path,
    target: path,
    writable: true,
  }));
}

/** The repository of a submodule may lie in that of a linked work tree. */
function withoutInner(found: readonly string[]): readonly string[] {
  const paths = [...new Set(found)];
  return paths.filter((path) => !paths.some((one) => one !== path && contains(one, path)));
}
