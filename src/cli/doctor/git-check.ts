import { VaultboxError } from "../../base/errors.ts";
import { findGit } from "../../git/push/cache/git-program.ts";
import type { HealthCheck } from "./health-check.ts";
import { ok, warn } from "./health-check.ts";

/** Whether the host's git can look into pushes; without it, those that must be looked into are refused. */
export async function checkGit(env: NodeJS.ProcessEnv): Promise<HealthCheck> {
  try {
    const { file, version } = await findGit(env);
    return ok("git", `${version} (${file})`);
  } catch (error) {
    if (!(error instanceof VaultboxError)) throw error;
    return warn("git", error.message, error.hints[0] ?? "install git");
  }
}
