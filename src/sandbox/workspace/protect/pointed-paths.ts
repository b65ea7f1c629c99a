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

/** More words of one command aren't looked at. */
const maxWords = 200;

/**
 * Files that a command's text may name, however its shell gets there: `$PWD/x`, `"$(git rev-parse --show-toplevel)/x"`,
 * `my\\ x`, `cd folder && ./x`. Which of them are there is found out by the caller.
 */
function toWords(value: string, workTree: string): readonly PointedPath[] {
  const words = toParts(value).slice(0, maxWords);
  const folders = [...value.matchAll(/(?:\bcd|\bpushd|-C)\s+["']?([^\s"';&|]+)/g)].map(
    ([, folder = ""]) => posix.resolve(workTree, folder),
  );
  const named = words.flatMap((word) => [word, ...toEnds(word)]);
  const paths = [workTree, ...folders].flatMap((folder) =>
    named.map((word) => posix.resolve(folder, word)),
  );
  return [...new Set(paths)].map((path) => ({ path, wanted: undefined, isFolder: false }));
}

/** Words between blanks, and texts between quotes. */
function toParts(text: string): readonly string[] {
  const quoted = [...text.matchAll(/"([^"]*)"|'([^']*)'/g)].flatMap(([, a, b]) => a ?? b ?? []);
  const blanks = text.split(/[\s"'=;&|()<>`$!,{}]+/);
  const escaped = text
    .split(/(?<!\\)[\s"'=;&|()<>`$!,{}]+/)
    .map((word) => word.replaceAll("\\", ""));
  return [...blanks, ...quoted, ...escaped].filter((word) => word !== "" && word !== ".");
}

/** What follows a variable or a command at the beginning of a word: each end of it behind a slash. */
function toEnds(word: string): readonly string[] {
  const parts = word.split("/");
  return parts.slice(1).flatMap((_, index) => {
    const end = parts.slice(index + 1).join("/");
    return end === "" ? [] : [end];
  });
}
