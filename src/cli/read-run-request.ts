import { mergeImages } from "../policy/image-settings.ts";
import { mapRegistryAddresses } from "../session/registry-access.ts";
import { parseEnvironmentFlags } from "../sandbox/environment/environment.ts";
import type { RunRequest } from "../session/run-request.ts";
import { readImageFlags } from "./image-options.ts";
import { toSessionPolicyOptions } from "./policy-options.ts";
import type { RunFlags, RunLimits } from "./run-flags.ts";
import { resolveSessionPolicy, toChosenFileRules } from "./session-policy.ts";
import { readHostAuthor, resolveSandboxGit } from "./session-signing.ts";
import { readUpstreamCa } from "./upstream-ca.ts";
import { chooseVaults, openSessionVaults } from "./session-vaults.ts";
import type { ChosenFile } from "../config/chosen-file.ts";
import type { Paths } from "../base/paths.ts";

/** What decides a run, beside its flags. */
export interface RunPlace {
  readonly paths: Paths;
  /** Real path */
  readonly workspace: string;
  readonly limits: RunLimits;
  /** Real paths of what the sandbox will write in */
  readonly writable: readonly string[];
  readonly onFirstUse: (file: ChosenFile) => void;
}

/**
 * Reads what decides the run: project file, policy, preferences, registries and vaults.
 * @throws VaultboxError of each of them
 */
export async function readRunRequest(
  argv: readonly string[],
  flags: RunFlags,
  { paths, limits, ...place }: RunPlace,
): Promise<RunRequest> {
  const { workspace } = place;
  const image = readImageFlags(flags);
  const options = { ...toSessionPolicyOptions(flags, argv), ...place };
  const plan = await resolveSessionPolicy(options, paths);
  const project = plan.projectFile?.project;
  const { preferences } = plan;
  const [vaults, hostAuthor] = await Promise.all([
    openSessionVaults(flags.vault, plan),
    readHostAuthor(),
  ]);
  if (flags.agentCredential && project?.agentCredential !== "none") {
    const { checkAgentCredential } = await import("./agent-credential.ts");
    await checkAgentCredential({
      command: argv,
      agent: plan.agent,
      policy: plan.policy,
      vaults,
      usesNoVault: chooseVaults(flags.vault, plan)?.length === 0,
      env: { ...project?.env, ...parseEnvironmentFlags(flags.env, process.env) },
      flags: flags.env,
    });
  }
  return {
    command: argv,
    plan: {
      ...plan,
      vaults,
      git: resolveSandboxGit(flags.sign, { plan, vaults, hostAuthor }),
      upstream: {
        connectTo: [
          ...flags.connectTo,
          ...preferences.connectTo,
          ...(await mapRegistryAddresses(plan.registries, { env: process.env })),
        ],
        upstreamCa: await readUpstreamCa(flags.upstreamCa, toChosenFileRules(options, paths)),
        env: process.env,
      },
    },
    workspace,
    mounts: flags.mount,
    allowMounts: flags.allowMount,
    show: flags.show,
    env: flags.env,
    home: flags.home,
    keepsHistory: flags.history && project?.history !== "none",
    runtime: flags.runtime,
    ...limits,
    image: mergeImages(image, project?.image, { from: preferences.image }),
  };
}
