import { mergeImages } from "../policy/image-settings.ts";
import { parseEnvironmentFlags } from "../sandbox/environment/environment.ts";
import type { RunRequest } from "../session/run-request.ts";
import { readImageFlags } from "./image-options.ts";
import { toSessionPolicyOptions } from "./policy-options.ts";
import { readSessionPlan } from "./read-session-plan.ts";
import type { RunFlags, RunLimits } from "./run-flags.ts";
import { chooseVaults } from "./session-vaults.ts";
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
 * Reads what decides the run: its plan, and what its sandbox is made of.
 * @throws VaultboxError of each part
 */
export async function readRunRequest(
  argv: readonly string[],
  flags: RunFlags,
  { paths, limits, ...place }: RunPlace,
): Promise<RunRequest> {
  const image = readImageFlags(flags);
  const plan = await readSessionPlan(
    flags,
    { ...toSessionPolicyOptions(flags, argv), ...place },
    paths,
  );
  const project = plan.projectFile?.project;
  const env = parseEnvironmentFlags(flags.env, process.env);
  if (flags.agentCredential && project?.agentCredential !== "none") {
    const { checkAgentCredential } = await import("./agent-credential.ts");
    await checkAgentCredential({
      command: argv,
      agent: plan.agent,
      policy: plan.policy,
      vaults: plan.vaults,
      usesNoVault: chooseVaults(flags.vault, plan)?.length === 0,
      env: { ...project?.env, ...env },
      flags: flags.env,
    });
  }
  return {
    command: argv,
    plan,
    workspace: place.workspace,
    mounts: flags.mount,
    allowMounts: flags.allowMount,
    show: flags.show,
    env,
    home: flags.home,
    keepsHistory: flags.history && project?.history !== "none",
    runtime: flags.runtime,
    ...limits,
    image: mergeImages(image, project?.image, { from: plan.preferences.image }),
  };
}
