import { isVaultboxError } from "../base/errors.ts";
import type { VaultboxError } from "../base/errors.ts";
import { listEngineCandidates } from "./engine-candidates.ts";
import { findEngine } from "./find-engine.ts";
import {
  canInstallPackages,
  enginePackages,
  findMissingPackages,
  installPackages,
  startEngine,
  toManualSetup,
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
 * @param extraPackages wanted beside the engine's own; only where `canInstallPackages()`
 * @throws VaultboxError VBX_ENGINE_UNREACHABLE where vaultbox can't set an engine up
 */
export async function planEngineSetup(
  env: NodeJS.ProcessEnv,
  extraPackages: readonly string[] = [],
): Promise<EngineSetup> {
  const absence = await findAbsence(env);
  if (absence !== undefined && !canInstallPackages()) throw toManualSetup(absence);
  const own = absence === undefined ? [] : enginePackages;
  const wanted = [...new Set([...own, ...extraPackages])];
  const packages = wanted.length === 0 ? [] : await findMissingPackages(wanted);
  return { packages, starts: absence !== undefined };
}

/** Why no engine answers; undefined when one does. */
async function findAbsence(env: NodeJS.ProcessEnv): Promise<VaultboxError | undefined> {
  try {
    await findEngine(env);
    return undefined;
  } catch (error) {
    const { explicit } = await listEngineCandidates(env);
    if (explicit || !isVaultboxError(error, "VBX_ENGINE_UNREACHABLE")) throw error;
    return error;
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
  if (!setup.starts || (await findAbsence(env)) === undefined) return undefined;
  return await startEngine(options);
}
