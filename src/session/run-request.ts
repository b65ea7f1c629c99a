import type { AuditSummary } from "../audit/summarise.ts";
import type { Paths } from "../base/paths.ts";
import type { Engine } from "../engine/engine.ts";
import type { ImageSettings } from "../policy/image-settings.ts";
import type { LinkChoice, LinkKind } from "../sandbox/link/link-end.ts";
import type { SandboxRequest } from "../sandbox/sandbox-request.ts";
import type { RelayImage } from "../sandbox/start-relay.ts";
import type { Handoff } from "../workspace/handoff/handoff.ts";
import type { SessionEnding } from "./session-ending.ts";
import type { SessionListener } from "./session-events.ts";
import type { SessionPlan } from "./session-plan.ts";
import type { UserStreams } from "./terminal/user-streams.ts";

/** What is known of a run before policy and vaults are read. */
export interface RunStart {
  /** Real path */
  readonly workspace: string;
  /** Real paths of what the sandbox can write: the workspace and mounts */
  readonly writable: readonly string[];
  readonly link: LinkChoice;
  /** The rest; called once the engine has work to do, because reading it takes as long as the relay's start */
  readonly request: () => Promise<RunRequest>;
  /** Called once nothing of the request is wrong, and done before anything of the sandbox can write on this machine */
  readonly beforeSandbox: () => Promise<void>;
}

/** One `vaultbox run`. */
export interface RunRequest extends SandboxRequest {
  readonly plan: SessionPlan;
  readonly mounts: readonly string[];
  readonly allowMounts: readonly string[];
  /** Paths of `--show` */
  readonly show: readonly string[];
  readonly timeoutMs: number | undefined;
  /** What it is made of, beside the agent */
  readonly image: ImageSettings;
}

/** The machine and the user around a run. */
export interface RunHost {
  readonly paths: Paths;
  readonly env: NodeJS.ProcessEnv;
  /** Undefined where nobody types or reads: then the command has no input, and its output goes nowhere */
  readonly streams?: UserStreams;
  /** How the run is asked to end */
  readonly ending: SessionEnding;
  /** Already on its way while the request was made */
  readonly engine: Promise<Engine>;
  /** The relay's image if it was built before */
  readonly relayImage: Promise<RelayImage>;
  readonly buildRelayImage: (engine: Engine) => Promise<RelayImage>;
  /** Tag of the agent container's image, which is built when it's missing */
  readonly agentImage: (engine: Engine, request: RunRequest) => Promise<string>;
  readonly onEvent: SessionListener;
}

export interface RunResult {
  readonly session: string;
  /** The command's own, 128 + n after signal n, 124 after `--timeout` */
  readonly status: number;
  readonly link: LinkKind;
  readonly summary: AuditSummary;
  readonly auditPath: string;
  /** What the sandbox left that the host's programs run or go by; missing when that could not be found out */
  readonly handoff?: Handoff;
  /** What went wrong once the command had ended: something isn't removed, or not recorded */
  readonly failure?: unknown;
}
