import { renameSync } from "node:fs";
import { join } from "node:path";

/** What docs/workspace.md says a user does to have a held repository again. */
export function takeBack(folder: string, held = ".git.vaultbox-disabled"): void {
  renameSync(join(folder, held), join(folder, ".git"));
  renameSync(join(folder, ".git/HEAD.vaultbox-disabled"), join(folder, ".git/HEAD"));
}
