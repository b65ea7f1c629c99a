import { resolvePaths } from "../../base/paths.ts";
import { checkEngine } from "./engine-checks.ts";
import {
  checkGit,
  checkCaTrust,
  checkCommand,
  checkNode,
  checkOwnFolders,
  checkRuntimeFolder,
  checkKeychain,
} from "./host-checks.ts";
import type { HealthCheck } from "./health-check.ts";

/** Looks at everything `vaultbox run` needs and changes nothing. */
export async function runChecks(env: NodeJS.ProcessEnv): Promise<readonly HealthCheck[]> {
  const { config, vaults, state, runtime } = resolvePaths(env);
  const [engine, ...host] = await Promise.all([
    checkEngine(env),
    checkKeychain(env),
    checkCaTrust(env),
    checkOwnFolders([config, vaults, state]),
    checkRuntimeFolder(runtime),
    checkGit(env),
    checkCommand("npm", "agents are installed, and the registry is read, through it"),
  ]);
  return [checkNode(process.versions.node), ...engine, ...host];
}
