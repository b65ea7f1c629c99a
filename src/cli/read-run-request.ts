import { mapRegistryAddresses } from "../sandbox/registry-access.ts";
import type { RunRequest } from "../sandbox/run-request.ts";
import { openVaults } from "../vault/open-vaults.ts";
import { toSessionPolicyOptions } from "./policy-options.ts";
import type { RunFlags, RunLimits } from "./run-flags.ts";
import { resolveSessionPolicy, toChosenFileRules } from "./session-policy.ts";
import { readHostIdentity, resolveSandboxGit } from "./session-signing.ts";
import { readUpstreamCa } from "./upstream-ca.ts";
import { toVaultContext } from "./vault-access.ts";
import type { Paths } from "../config/paths.ts";
import type { WritableFolders } from "../writable-folders.ts";

/** What decides a run, beside its flags. */
export interface RunPlace {
  readonly paths: Paths;
  /** Real path */
  readonly workspace: string;
  readonly limits: RunLimits;
  /** Folders that sandboxes could write in before this one */
  readonly earlier: WritableFolders;
  /** Real paths of what this one will write in */
  readonly writable: readonly string[];
}

/**
 * Reads what decides the run: project file, policy, preferences, registries and vaults.
 * @throws VaultboxError of each of them
 */
export async function readRunRequest(
  argv: readonly string[],
  flags: RunFlags,
  { paths, workspace, limits, earlier, writable }: RunPlace,
): Promise<RunRequest> {
  const options = { ...toSessionPolicyOptions(flags, argv), workspace, earlier, writable };
  const plan = await resolveSessionPolicy(options, paths);
  const project = plan.projectFile?.project;
  const { preferences } = plan;
  const names = [flags.vault, project?.vaults ?? [], preferences.vaults].find(
    (one) => one.length > 0,
  );
  const [vaults, hostIdentity] = await Promise.all([
    openVaults(names ?? [], toVaultContext()),
    readHostIdentity(),
  ]);
  return {
    command: argv,
    plan,
    vaults,
    git: resolveSandboxGit(flags.sign, { plan, vaults, hostIdentity }),
    workspace,
    upstream: {
      connectTo: [
        ...flags.connectTo,
        ...preferences.connectTo,
        ...(await mapRegistryAddresses(plan.registries, { env: process.env })),
      ],
      upstreamCa: await readUpstreamCa(flags.upstreamCa, toChosenFileRules(options, paths)),
      env: process.env,
    },
    mounts: flags.mount,
    allowMounts: flags.allowMount,
    env: flags.env,
    home: flags.home,
    runtime: flags.runtime,
    ...limits,
    image: flags.image ?? project?.image ?? preferences.image,
  };
}
