import { AsyncLocalStorage } from "node:async_hooks";
import { basename, delimiter, dirname, isAbsolute, resolve } from "node:path";
import { readCurrentFolder } from "./current-folder.ts";
import { readHomeFolder } from "./home-folder.ts";
import { contains } from "./fs/path-steps.ts";
import { toRealPath } from "./fs/real-path.ts";
import type { WritableFolders } from "./writable-folders.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** The folders of what is under way, see `leavingOut`; an asynchronous scope, so that nothing of the process changes */
const leftOut = new AsyncLocalStorage<readonly string[]>();

/** While `work` runs, no program of the host is looked for in that folder: the workspace of a session, whose content may be anybody's. */
export function leavingOut<Result>(folder: string, work: () => Result): Result {
  return leftOut.run([...(leftOut.getStore() ?? []), folder], work);
}

/**
 * Folders that no program is looked for in: beside those that sandboxes can write the working directory and what is left
 * out. Of the home folder and those above it nothing is left out: the user's own programs are in there too.
 */
export function withoutPrograms(folders: WritableFolders): WritableFolders {
  const home = toRealPath(readHomeFolder());
  const current = readCurrentFolder();
  const writable = [...(current === undefined ? [] : [current]), ...(leftOut.getStore() ?? [])];
  return folders.with(
    writable
      .filter((folder) => !contains(toRealPath(folder), home))
      .map((folder) => resolve(folder)),
  );
}

/**
 * The environment of a program of the host: no variable names a place that a sandbox can write, wherever in its value,
 * and none was taken from a project's settings. `PATH` is left to who finds the program.
 */
export function toProgramEnvironment(
  environment: Environment,
  folders: WritableFolders,
): Readonly<Record<string, string>> {
  const entries = Object.entries({ ...environment, ...withoutProjectSettings(environment) });
  return Object.fromEntries(
    entries.filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined &&
        (entry[0] === "PATH" || folders.holderInText(entry[1]) === undefined),
    ),
  );
}

/**
 * A program that npm started (`npx vaultbox`, a package script) finds the settings of the project's `.npmrc` in
 * `npm_config_*`, where they'd count as the user's. An empty variable is none for npm.
 */
export function withoutProjectSettings(environment: Environment): Readonly<Record<string, string>> {
  if (environment["npm_execpath"] === undefined) return {};
  const names = Object.keys(environment).filter((name) => name.startsWith("npm_config_"));
  return Object.fromEntries(names.map((name) => [name, ""]));
}

/**
 * A search path without relative entries, without those in `untrusted` folders, and without `node_modules/.bin`, which
 * npm puts in front for every folder above the one it was started in.
 */
export function toSearchPath(path: string, writable: WritableFolders): string {
  return path
    .split(delimiter)
    .filter((entry) => isAbsolute(entry) && !isPackageBin(entry))
    .filter((entry) => writable.holderOf(entry) === undefined)
    .join(delimiter);
}

export function isPackageBin(entry: string): boolean {
  const clean = resolve(entry);
  return basename(clean) === ".bin" && basename(dirname(clean)) === "node_modules";
}
