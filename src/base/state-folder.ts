import { isAbsolute, join } from "node:path";
import { VaultboxError } from "./errors.ts";
import { readHomeFolder } from "./home-folder.ts";
import { quoted } from "./printable.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The folder of what vaultbox remembers: below `VAULTBOX_HOME`, else where the XDG base directories have state.
 * @throws VaultboxError VBX_CONFIG_INVALID
 */
export function resolveStateFolder(env: Environment): string {
  const root = readOwnHome(env);
  if (root !== undefined) return join(root, "state");
  return join(resolveBaseFolder(env, "XDG_STATE_HOME", ".local/state"), "vaultbox");
}

/** All that lies in the state folder. What `uninstall` removes is this list. */
export const stateNames = [
  "active",
  "compile-cache",
  "dangerous.json",
  "git",
  "hidden.json",
  "history",
  "homes",
  "images",
  "made-in-sandbox.json",
  "plain-folders",
  "run",
  "sessions",
  "unlooked",
  "vaults",
  "writable-folders.json",
] as const;

export type StateName = (typeof stateNames)[number];

/** The path of something in the state folder. */
export function inState(stateFolder: string, name: StateName): string {
  return join(stateFolder, name);
}

/**
 * The folder that `VAULTBOX_HOME` names; undefined when it's empty or not set.
 * @throws VaultboxError VBX_CONFIG_INVALID for a relative one: it would be a folder of whatever repository we were started
 * in, with preferences and vaults of that repository's
 */
export function readOwnHome(env: Environment): string | undefined {
  const root = env["VAULTBOX_HOME"] || undefined;
  if (root === undefined || isAbsolute(root)) return root;
  throw new VaultboxError(
    "VBX_CONFIG_INVALID",
    `cannot use VAULTBOX_HOME ${quoted(root)}: it is no absolute path`,
    { hints: ["set VAULTBOX_HOME to an absolute path, or unset it"] },
  );
}

/**
 * One of the XDG base directories: a variable that is empty or relative counts as not set (XDG Base Directory
 * Specification, "Basics"); a relative one would be a folder of whatever repository we were started in.
 * @param below the default, below the home folder
 */
export function resolveBaseFolder(env: Environment, name: string, below: string): string {
  const value = env[name];
  return value !== undefined && isAbsolute(value) ? value : join(readHomeFolder(env), below);
}
