import { realpathSync } from "node:fs";
import { homedir } from "node:os";
import { basename, delimiter, dirname, isAbsolute, relative, resolve } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What to change in an environment before a program of the host gets it, so that a repository neither chooses which
 * program runs nor how it is set up: the search path, and what npm took from a project's `.npmrc`.
 * @param folder the working directory; an agent may have written everything in it
 */
export function withoutProjectInfluence(
  environment: Environment,
  folder: string,
): Readonly<Record<string, string>> {
  const path = toTrustedPath(environment["PATH"] ?? "", isHomeOrAbove(folder) ? [] : [folder]);
  return { ...withoutProjectSettings(environment), PATH: path };
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
export function toTrustedPath(path: string, untrusted: readonly string[]): string {
  const roots = untrusted.map(realPathOf);
  return path
    .split(delimiter)
    .filter((entry) => isAbsolute(entry) && !isPackageBin(entry))
    .filter((entry) => !roots.some((root) => isInside(root, realPathOf(entry))))
    .join(delimiter);
}

function isPackageBin(entry: string): boolean {
  const clean = resolve(entry);
  return basename(clean) === ".bin" && basename(dirname(clean)) === "node_modules";
}

/** Started from the home folder, the user's own programs are in there too. */
function isHomeOrAbove(folder: string): boolean {
  return isInside(realPathOf(folder), realPathOf(homedir()));
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === "" || (!way.startsWith("..") && !isAbsolute(way));
}

function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // It isn't there: nothing runs from it, and the text is all that can be compared
    return resolve(path);
  }
}
