import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { git } from "./git.ts";
import type { SandboxWorld } from "./sandbox-world.ts";

/** A repository in `main` with a linked work tree in `wt`, another repository in `other`, and an empty folder `ws`. */
export async function createFolders({ workspace: base }: SandboxWorld): Promise<void> {
  for (const name of ["main", "other"]) {
    await mkdir(join(base, name));
    await git(join(base, name), "init", "-q", "-b", "main");
    for (const [key, value] of [
      ["user.name", "a"],
      ["user.email", "a@b"],
    ] as const) {
      await git(join(base, name), "config", key, value);
    }
    for (const message of ["one", "two"]) {
      await git(join(base, name), "commit", "-q", "--allow-empty", "-m", message);
    }
  }
  await mkdir(join(base, "ws"));
  await git(join(base, "main"), "worktree", "add", "-q", "-b", "side", join(base, "wt"));
}
