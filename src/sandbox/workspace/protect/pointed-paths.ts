import { homedir } from "node:os";
import { posix } from "node:path";
import { isHarmless, isPathSetting } from "../repository/git-setting-safety.ts";
import type { GitSetting } from "../repository/git-setting.ts";

/** A place in the work tree that git's configuration names, as it was at launch. */
export interface PointedPath {
  /** Absolute, cleaned of `.` and `..`; it may be anywhere */
  readonly path: string;
  /** What is made there when nothing is, so that it can be protected; undefined: then it stays so */
  readonly wanted: "folder" | "file" | undefined;
  /** Whether a folder may be meant; words of a command mean files */
  readonly isFolder: boolean;
}

/**
 * Every path that the settings of a repository name: the folder of hooks, included files, and whatever in the text of
 * a command could be a file. A word that is none is no path in the tree, which its caller finds out.
 * @param workTree where git starts programs
 * @param configFolder where the configuration lies, which included files are relative to
 */
export function toPointedPaths(
  settings: readonly GitSetting[],
  {
    workTree,
    configFolder,
    home = homedir(),
  }: { readonly workTree: string; readonly configFolder: string; readonly home?: string },
): readonly PointedPath[] {
  return settings.flatMap((setting) => {
    const { key } = setting;
    const value = (setting.value ?? "").replaceAll(
      /(^|[\s"'])(?:~|\$HOME|\$\{HOME\})\//g,
      `$1${home}/`,
    );
    if (value === "" || isHarmless(setting)) return [];
    if (!isPathSetting(setting)) return toWords(value, workTree);
    if (key !== "core.hookspath") {
      return [
        { path: posix.resolve(configFolder, value), wanted: "file" as const, isFolder: false },
      ];
    }
    const path = posix.resolve(workTree, value);
    const hooks = { path, wanted: "folder" as const, isFolder: true };
    // Husky's hooks start what lies in the folder above them
    return posix.basename(path) === "_"
      ? [{ path: posix.dirname(path), wanted: undefined, isFolder: true }, hooks]
      : [hooks];
  });
}

function toWords(value: string, workTree: string): readonly PointedPath[] {
  const words = value.split(/[\s"'=;&|()<>`$!,]+/).filter((word) => word !== "" && word !== ".");
  return words.map((word) => ({
    path: posix.resolve(workTree, word),
    wanted: undefined,
    isFolder: false,
  }));
}
