import { homedir } from "node:os";
import { join } from "node:path";

/** The folder of what vaultbox remembers: below `VAULTBOX_HOME`, else where the XDG base directories have state. */
export function resolveStateFolder(env: Readonly<Record<string, string | undefined>>): string {
  const root = env["VAULTBOX_HOME"];
  if (root !== undefined && root !== "") return join(root, "state");
  return join(env["XDG_STATE_HOME"] ?? join(homedir(), ".local", "state"), "vaultbox");
}
