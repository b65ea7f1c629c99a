import type { AgentProfile } from "../agents/agent-profile.ts";
import type { AuditSummary } from "../audit/summarise.ts";
import type { Paths } from "../config/paths.ts";
import type { Engine } from "../docker/engine.ts";
import type { ProjectFile } from "../policy/parse-policy.ts";
import type { EgressPolicy } from "../policy/policy.ts";
import type { OpenVault } from "../vault/open-vaults.ts";
import type { LinkChoice, LinkKind } from "./link/link-end.ts";
import type { SessionRegistry } from "./registry-access.ts";
import type { UpstreamSettings } from "./session-proxy.ts";

/** What decides what the session may do; made by `resolveSessionPolicy`. */
export interface SessionPlan {
  readonly policy: EgressPolicy;
  /** SHA-256 of the policy, hex */
  readonly hash: string;
  readonly agent: AgentProfile;
  readonly projectFile?: { readonly path: string; readonly project: ProjectFile };
  readonly registries: readonly SessionRegistry[];
}

/** One `vaultbox run`. */
export interface RunRequest {
  readonly command: readonly string[];
  readonly plan: SessionPlan;
  readonly vaults: readonly OpenVault[];
  /** Real path */
  readonly workspace: string;
  readonly upstream: UpstreamSettings;
  readonly link: LinkChoice;
  readonly mounts: readonly string[];
  readonly allowMounts: readonly string[];
  readonly env: readonly string[];
  /** Name of a home volume that is kept; undefined for a new home */
  readonly home: string | undefined;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly runtime: string | undefined;
  readonly timeoutMs: number | undefined;
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
  readonly images: (engine: Engine) => Promise<RunImages>;
  readonly onNote: (text: string) => void;
}

/** Tags of the images of a run. */
export interface RunImages {
  readonly relay: string;
  readonly relayCommand: readonly string[];
  readonly agent: string;
}

export interface RunResult {
  readonly session: string;
  /** The command's own, 128 + n after signal n, 124 after `--timeout` */
  readonly status: number;
  readonly link: LinkKind;
  readonly summary: AuditSummary;
  readonly auditPath: string;
}
