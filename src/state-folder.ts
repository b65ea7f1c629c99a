import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** The folder of what vaultbox remembers: below `VAULTBOX_HOME`, else where the XDG base directories have state. */
export function resolveStateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const root = env["VAULTBOX_HOME"];
  if (root !== undefined && root !== "") return join(root, "state");
  return join(resolveBaseFolder(env["XDG_STATE_HOME"], ".local/state"), "vaultbox");
}

/**
 * One of the XDG base directories: a variable that is empty or relative counts as not set (XDG Base Directory
 * Specification, "Basics"); a relative one would be a folder of whatever repository we were started in.
 * @param below the default, below the home folder
 */
export function resolveBaseFolder(value: string | undefined, below: string): string {
  return value !== undefined && isAbsolute(value) ? value : join(homedir(), below);
}
