import { posix } from "node:path";
import { readHomeFolder } from "../../../base/home-folder.ts";
import { isHarmless, isPathSetting, type GitSetting } from "../git-setting.ts";

/** A place that the settings or the hooks of a repository name. */
export interface PointedPath {
  /** Absolute, cleaned of `.` and `..`; it may be anywhere */
  readonly path: string;
  readonly kind: PointedKind;
  /** Whether git only reads what is there, and runs nothing of it */
  readonly isData: boolean;
  /** What names it: git itself starts what a setting names; of a hook's text many words are no programs */
  readonly by: "setting" | "alias" | "hook";
  /** Whether it's run whatever it looks like */
  readonly isRun: boolean;
  /** Whether it's named without a folder, and so looked for on the search path */
  readonly isBare: boolean;
  /** Of what a pattern fits to: the innermost folder that the pattern names without any choice, absolute */
  readonly from?: string;
}

/**
 * - `hooks`: a folder of hooks, protected even when it isn't there
 * - `programs`: a folder in which everything is a program
 * - `settings`: a file that git reads settings from, protected even when it isn't there
 * - `file`: a word of a command, or of a hook
 * - `matchFolder`: a folder in which a pattern of a command fits to programs, and may fit to more
 * - `link`: a symbolic link on the way to one of these
 */
export type PointedKind = "hooks" | "programs" | "settings" | "file" | "matchFolder" | "link";

/** Where what a setting says is meant from. */
export interface SettingPlace {
  /** Where git starts programs */
  readonly workTree: string;
  /** Where the configuration lies, which included files are relative to */
  readonly configFolder: string;
}

/** Folders and files that settings name by themselves: the folder of hooks, and included files. */
export function toSettingPaths(
  setting: GitSetting,
  { workTree, configFolder }: SettingPlace,
): readonly PointedPath[] {
  const { key } = setting;
  const value = withHome(setting.value ?? "");
  if (value === "" || !isPathSetting(setting)) return [];
  if (key.startsWith("include")) return [toPointed(posix.resolve(configFolder, value), "settings")];
  const path = posix.resolve(workTree, value);
  if (key === "init.templatedir") return [toPointed(path, "programs")];
  if (key !== "core.hookspath") return [{ ...toPointed(path, "settings"), isData: true }];
  // Husky's hooks start what lies in the folder above them
  const around = posix.basename(path) === "_" ? [toPointed(posix.dirname(path), "programs")] : [];
  return [...around, toPointed(path, "hooks")];
}

/** The text of a command, or of the name of a file, in which words may name files. */
export function toCommandText(setting: GitSetting): string | undefined {
  if (isHarmless(setting) || isPathSetting(setting)) return undefined;
  return withHome(setting.value ?? "");
}

export function toPointed(path: string, kind: PointedKind): PointedPath {
  return { path, kind, isData: false, by: "setting", isRun: false, isBare: false };
}

/** As git has it for paths, and a shell for the rest. */
export function withHome(text: string): string {
  return text.replaceAll(/(^|[\s"'])(?:~|\$HOME|\$\{HOME\})\//g, `$1${readHomeFolder()}/`);
}
