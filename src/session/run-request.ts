import type { AgentProfile } from "../agents/agent-profile.ts";
import type { AuditSummary } from "../audit/summarise.ts";
import type { Paths } from "../base/paths.ts";
import type { Engine } from "../engine/engine.ts";
import type { ImageSettings } from "../policy/image-settings.ts";
import type { ProjectFile } from "../policy/file/parse-policy.ts";
import type { EgressPolicy } from "../policy/policy.ts";
import type { OpenVault } from "../vault/open-vaults.ts";
import type { LinkChoice, LinkKind } from "../sandbox/link/link-end.ts";
import type { SessionRegistry } from "./registry-access.ts";
import type { RelayImage } from "../sandbox/start-relay.ts";
import type { UpstreamSettings } from "./session-proxy.ts";
import type { SandboxGit } from "./signing/sandbox-git.ts";
import type { Handoff } from "../workspace/handoff/handoff.ts";
import type { RepositoryFacts } from "../workspace/git-dir/repository-facts.ts";

/** What decides what the session may do; made by `resolveSessionPolicy`. */
export interface SessionPlan {
  readonly policy: EgressPolicy;
  /** SHA-256 of the policy, hex */
  readonly hash: string;
  readonly agent: AgentProfile;
  /** Whether the command line, a flag or the project file says which agent it is */
  readonly isAgentKnown: boolean;
  readonly projectFile?: { readonly path: string; readonly project: ProjectFile };
  readonly registries: readonly SessionRegistry[];
  /** The work tree that the workspace is in, as it was at launch */
  readonly repository?: RepositoryFacts;
  /** Why its remote isn't read by default, for the user */
  readonly repositoryNote?: string;
}

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
export interface RunRequest {
  readonly command: readonly string[];
  readonly plan: SessionPlan;
  readonly vaults: readonly OpenVault[];
  readonly git: SandboxGit;
  /** Real path */
  readonly workspace: string;
  readonly upstream: UpstreamSettings;
  readonly mounts: readonly string[];
  readonly allowMounts: readonly string[];
  /** Paths of `--show` */
  readonly show: readonly string[];
  readonly env: readonly string[];
  /** Name of a home volume that is kept; undefined for a new home */
  readonly home: string | undefined;
  /** Whether the agent's conversations are kept for the project, where the home isn't */
  readonly keepsHistory: boolean;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly runtime: string | undefined;
  readonly timeoutMs: number | undefined;
  /** What it is made of, beside the agent */
  readonly image: ImageSettings;
}

/** The machine and the user around a run. */
export interface RunHost {
  readonly paths: Paths;
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  /** Already on its way while the request was made */
  readonly engine: Promise<Engine>;
  /** The relay's image if it was built before */
  readonly relayImage: Promise<RelayImage>;
  readonly buildRelayImage: (engine: Engine) => Promise<RelayImage>;
  /** Tag of the agent container's image, which is built when it's missing */
  readonly agentImage: (engine: Engine, request: RunRequest) => Promise<string>;
  readonly onNote: (text: string) => void;
  /** What the sandbox left; told before the rest of the session is removed, which an engine may keep for long */
  readonly onHandoff: (handoff: Handoff, session: string) => void;
  /** Output is dropped that its reader doesn't take: it would keep this process alive */
  readonly onDropped: () => void;
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
