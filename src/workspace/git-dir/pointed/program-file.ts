import type { Folder } from "../../../base/fs/beneath.ts";
import type { PointedPath } from "./pointed-paths.ts";

/** A longer one is no script */
const maxScriptBytes = 1024 * 1024;
/** Names of files that no program takes for its own code; others write them all day: package managers, editors. */
const data =
  /\.(?:adoc|css|csv|gif|html?|ico|jpe?g|json[5c]?|lock|lockb|log|map|md|mdx|pdf|png|rst|scss|snap|sum|svg|toml|tsv|txt|webp|xml|ya?ml)$/i;

/** Whether a file that a text names may be run: it is a program by its mode, its first bytes, its name, or its place there. */
export function isProgram(
  folder: Folder,
  name: string,
  { isRun }: Pick<PointedPath, "isRun">,
): boolean {
  if (isRun || isRunnable(folder, name)) return true;
  return /.\../.test(name) && !data.test(name);
}

/** Whether a shell could start it by its name. */
export function isRunnable(folder: Folder, name: string): boolean {
  if ((folder.mode(name) & 0o111) !== 0) return true;
  return folder.read(name, maxScriptBytes)?.subarray(0, 2).toString("latin1") === "#!";
}
