import { contains } from "../base/fs/path-steps.ts";

/**
 * Where the home volume is mounted. HOME is a directory in it, because an engine extracts an archive's entries with
 * their owners, but never changes the owner of the volume's own root.
 */
export const homeMount = "/home";

/** HOME in the sandbox: the same for every user and image, so that a `--home` volume works with all of them. */
export const sandboxHome = `${homeMount}/agent`;

/** Whether a path in the sandbox is below HOME. */
export function isBelowHome(path: string): boolean {
  return path !== sandboxHome && contains(sandboxHome, path);
}

/** Where the sandbox finds what vaultbox tells it, read-only. */
export const infoDirectory = "/run/vaultbox";
