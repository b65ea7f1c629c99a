import type { AuditSummary } from "../../audit/summarise.ts";
import type { Paths } from "../../base/paths.ts";
import type { Engine } from "../../engine/engine.ts";
import type { ImageOptions } from "../../engine/image/image-request.ts";
import { type ImageSettings, mergeImages } from "../../policy/image-settings.ts";
import type { EgressPolicy } from "../../policy/policy.ts";
import { parseEnvironmentFlags } from "../../sandbox/environment/environment.ts";
import type { LinkChoice, LinkKind } from "../../sandbox/link/link-end.ts";
import type { SandboxRequest } from "../../sandbox/sandbox-request.ts";
import type { RelayImage } from "../../sandbox/start-relay.ts";
import type { VaultContext } from "../../vault/vault-context.ts";
import type { Handoff } from "../../workspace/handoff/handoff.ts";
import type { RunPlace } from "../run-place.ts";
import type { SessionEnding } from "../session-ending.ts";
import type { SessionListener } from "../session.ts";
import type { UserStreams } from "../terminal/user-streams.ts";
import { chooseVaults, readSessionPlan } from "./session-plan.ts";
import type { SessionHost, SessionOptions, SessionPlan } from "./session-plan.ts";

/** What a command line says of one run in a sandbox. */
export interface RunOptions
  extends
    SessionOptions,
    Pick<SandboxRequest, "home" | "keepsHistory" | "memoryBytes" | "cpus" | "runtime"> {
  /** As `--mount`, `--allow-mount` and `--show` say it */
  readonly mounts: readonly string[];
  readonly allowMounts: readonly string[];
  readonly show: readonly string[];
  /** `--env`: a name alone stands for the host's own value */
  readonly variables: readonly string[];
  readonly link: LinkChoice;
  readonly timeoutMs: number | undefined;
  /** What the image is made of, beside the agent */
  readonly image: ImageSettings;
  /** Whether an agent without a credential isn't started */
  readonly needsCredential: boolean;
}

/** One run in a sandbox, with all that decides it. */
export interface RunRequest
  extends
    SandboxRequest,
    Pick<RunOptions, "mounts" | "allowMounts" | "show" | "timeoutMs" | "image"> {
  readonly plan: SessionPlan;
}

/** The machine and the user around a run. */
export interface RunHost extends VaultContext {
  readonly paths: Paths;
  /** Asks on the terminal; undefined where nobody can be asked */
  readonly confirm?: ((question: string) => Promise<boolean>) | undefined;
  /** Undefined where nobody types or reads: then the command has no input, and its output goes nowhere */
  readonly streams?: UserStreams;
  /** How the run is asked to end */
  readonly ending: SessionEnding;
  /** Already on its way while the request is read */
  readonly engine: Promise<Engine>;
  /** The relay's image if it was built before */
  readonly relayImage: Promise<RelayImage>;
  /** Called before an image is looked for, which is built when it's missing */
  readonly openBuildReporter: () => Promise<Disposable & Pick<ImageOptions, "onProgress">>;
  readonly onEvent: SessionListener;
}

export interface RunResult {
  readonly session: string;
  /** The command's own, 128 + n after signal n, 124 after `--timeout` */
  readonly status: number;
  readonly link: LinkKind;
  readonly policy: EgressPolicy;
  readonly summary: AuditSummary;
  readonly auditPath: string;
  /** What the sandbox left that the host's programs run or go by; missing when that could not be found out */
  readonly handoff?: Handoff;
  /** What went wrong once the command had ended: something isn't removed, or not recorded */
  readonly failure?: unknown;
}

type RequestHost = Omit<SessionHost, "writable"> &
  Pick<RunHost, "confirm"> & { readonly say: (text: string) => void };

/**
 * Reads what decides a run: the plan of its session, and what its sandbox is made of. What the user should know before it
 * starts is said.
 * @throws VaultboxError of each part
 */
export async function readRunRequest(
  options: RunOptions,
  { workspace, writable, rules }: RunPlace,
  host: RequestHost,
): Promise<RunRequest> {
  const plan = await readSessionPlan({ ...options, workspace }, { ...host, writable });
  const { projectFile, repository, repositoryNote } = plan;
  const env = parseEnvironmentFlags(options.variables, host.env);
  const request: RunRequest = {
    ...options,
    plan,
    workspace,
    env,
    keepsHistory: options.keepsHistory && projectFile?.project.history !== "none",
    image: mergeImages(options.image, projectFile?.project.image, { from: plan.preferences.image }),
  };
  if (options.needsCredential && projectFile?.project.agentCredential !== "none") {
    await checkCredential(request, options, host);
  }
  if (repositoryNote !== undefined) host.say(repositoryNote);
  if (repository !== undefined) {
    const { toRepositoryNotes } = await import("./repository-notes.ts");
    (await toRepositoryNotes(request, repository, rules)).forEach(host.say);
  }
  if (!plan.isAgentKnown) {
    const { toAgentNote } = await import("../../agents/agent-note.ts");
    const note = toAgentNote({ command: options.command, workspace });
    if (note !== undefined) host.say(note);
  }
  return request;
}

/** @throws VaultboxError VBX_CREDENTIAL_UNKNOWN, VBX_CREDENTIAL_INVALID, VBX_CANCELLED */
async function checkCredential(
  { command, plan, env }: RunRequest,
  options: RunOptions,
  host: RequestHost,
): Promise<void> {
  const { checkAgentCredential } = await import("./agent-credential.ts");
  const start = {
    command,
    agent: plan.agent,
    policy: plan.policy,
    vaults: plan.vaults,
    usesNoVault: chooseVaults(options.vault, plan)?.length === 0,
    env: { ...plan.projectFile?.project.env, ...env },
    flags: options.variables,
  };
  await checkAgentCredential(start, host);
}
