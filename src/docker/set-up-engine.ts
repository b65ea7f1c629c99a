import { isVaultboxError } from "../errors.ts";
import { findEngine } from "./find-engine.ts";
import {
  enginePackages,
  findMissingPackages,
  installPackages,
  requireInstallable,
  startEngine,
} from "./install-engine.ts";
import type { SetupOptions, StartedEngine } from "./install-engine.ts";

/** What has to be done to this machine before it has an engine: shown to the user first. */
export interface EngineSetup {
  /** Packages of the distribution to install */
  readonly packages: readonly string[];
  /** Whether an engine has to be started */
  readonly starts: boolean;
}

/**
 * Looks at the machine and changes nothing. An engine that the user named and that doesn't answer is an error.
 * @param extraPackages wanted beside the engine's own
 * @throws VaultboxError VBX_ENGINE_UNREACHABLE where vaultbox can't set an engine up
 */
export async function planEngineSetup(
  env: NodeJS.ProcessEnv,
  extraPackages: readonly string[] = [],
): Promise<EngineSetup> {
  const starts = await needsEngine(env);
  const wanted = [...(starts ? enginePackages : []), ...extraPackages];
  if (wanted.length === 0) return { packages: [], starts };
  if (starts) requireInstallable();
  const packages = await findMissingPackages(wanted);
  if (packages.length > 0) requireInstallable();
  return { packages, starts };
}

async function needsEngine(env: NodeJS.ProcessEnv): Promise<boolean> {
  try {
    await findEngine(env);
    return false;
  } catch (error) {
    const named = (env["DOCKER_HOST"] ?? "") !== "" || (env["DOCKER_CONTEXT"] ?? "") !== "";
    if (named || !isVaultboxError(error, "VBX_ENGINE_UNREACHABLE")) throw error;
    return true;
  }
}

/** Does what the plan says; the engine, if this started one, runs on until `stop`. */
export async function applyEngineSetup(
  setup: EngineSetup,
  env: NodeJS.ProcessEnv,
  options: SetupOptions,
): Promise<StartedEngine | undefined> {
  if (setup.packages.length > 0) await installPackages(setup.packages, options);
  // Installing it may have started it
  if (!setup.starts || !(await needsEngine(env))) return undefined;
  return await startEngine(options);
}
