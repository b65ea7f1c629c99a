import { userInfo } from "node:os";
import { isAbsolute } from "node:path";
import { VaultboxError } from "./errors.ts";
import { quoted } from "./printable.ts";

/**
 * The user's home folder: `HOME`, else the account's. An empty `HOME` counts as not set.
 * @throws VaultboxError VBX_CONFIG_INVALID for a relative one, which would be a folder of whatever repository we were
 * started in, and when there is none
 */
export function readHomeFolder(
  env: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const home = env["HOME"] || readAccountHome();
  if (home !== undefined && isAbsolute(home)) return home;
  const why =
    home === undefined
      ? "HOME is not set, and this account has no entry in the passwd database"
      : `HOME is ${quoted(home)}, which is no absolute path`;
  throw new VaultboxError("VBX_CONFIG_INVALID", `cannot find your home folder: ${why}`, {
    hints: ["set HOME to the absolute path of a folder of yours"],
  });
}

/** The home of the account, which no variable chooses; undefined for one without a passwd entry. */
export function readAccountHome(): string | undefined {
  try {
    return userInfo().homedir;
  } catch {
    // Usual in containers (`docker run --user 1000`), and where a directory service is down
    return undefined;
  }
}
