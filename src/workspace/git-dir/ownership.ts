import { readHomeFolder } from "../../base/home-folder.ts";
import type { GitSetting } from "./git-setting.ts";

/** Who owns the parts of a repository that git asks about. */
export interface RepositoryOwners {
  /** Of the work tree, of `.git`, and of the folder that it names, user ids */
  readonly uids: readonly number[];
  /** Absolute real path of the work tree, which `safe.directory` may name */
  readonly path: string;
}

/**
 * Whether git works in a repository without asking (git-config(1), `safe.directory`): it's the user's own, of whoever
 * called sudo, or the user named it. Somebody else chose the remotes of another one.
 * @param user settings of the user, in which a repository has no say
 */
export function isOwnRepository(
  { uids, path }: RepositoryOwners,
  user: readonly GitSetting[],
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  const own = process.geteuid?.();
  // Windows has no user ids
  if (own === undefined) return true;
  const caller = own === 0 && /^\d+$/.test(env["SUDO_UID"] ?? "") ? Number(env["SUDO_UID"]) : own;
  if (uids.every((uid) => uid === own || uid === caller)) return true;
  let isSafe = false;
  for (const { key, value = "" } of user) {
    if (key !== "safe.directory") continue;
    // An empty one takes back those before it
    isSafe = value !== "" && (isSafe || isNamed(path, value));
  }
  return isSafe;
}

function isNamed(path: string, value: string): boolean {
  if (value === "*") return true;
  const written = value.replace(/^~(?=\/)/, readHomeFolder());
  if (written.endsWith("/*")) return path.startsWith(written.slice(0, -1));
  return path === written.replace(/(?<=.)\/$/, "");
}
