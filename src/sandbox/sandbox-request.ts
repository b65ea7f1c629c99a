import type { AgentProfile } from "../agents/agent-profile.ts";
import type { Paths } from "../base/paths.ts";
import type { SessionState } from "../base/session-state.ts";
import type { SessionCa } from "../ca/session-ca.ts";
import type { GitAuthor } from "../policy/git-author.ts";
import type { ProjectFile } from "../policy/file/parse-policy.ts";
import type { EgressPolicy } from "../policy/policy.ts";
import type { SessionRegistry } from "../presets/client-registry.ts";
import type { RepositoryFacts } from "../workspace/git-dir/repository-facts.ts";

/** What one sandbox is made of; decided before anything of it exists. */
export interface SandboxRequest {
  readonly command: readonly string[];
  readonly plan: SandboxedPlan;
  /** Real path */
  readonly workspace: string;
  /** `--env`, parsed and checked */
  readonly env: Readonly<Record<string, string>>;
  /** Name of a home volume that is kept; undefined for a new home */
  readonly home: string | undefined;
  /** Whether the agent's conversations are kept for the project, where the home isn't */
  readonly keepsHistory: boolean;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly runtime: string | undefined;
}

/** What a sandbox shows of the plan of its session. */
export interface SandboxedPlan {
  readonly policy: EgressPolicy;
  readonly agent: AgentProfile;
  readonly projectFile?: { readonly path: string; readonly project: ProjectFile };
  readonly registries: readonly SessionRegistry[];
  /** The work tree that the workspace is in, as it was at launch */
  readonly repository?: RepositoryFacts;
  readonly git: SandboxGit;
}

/** In whose name a session commits; decided on the host at launch. */
export interface SandboxGit {
  /** Undefined when nobody said it: then the sandbox's git asks, as it does without settings */
  readonly author: GitAuthor | undefined;
  /** Only with an author */
  readonly signing?: {
    readonly author: GitAuthor;
    readonly key: { readonly publicKey: string };
    /** The repository whose commits are signed */
    readonly repository: RepositoryFacts;
  };
}

/** What a sandbox holds and shows of its session. */
export interface SandboxSession {
  readonly state: SessionState;
  readonly ca: SessionCa;
  /** Placeholders by environment variable */
  readonly placeholders: Readonly<Record<string, string>>;
}

/** The machine and the user around it. */
export interface SandboxHost {
  readonly paths: Paths;
  readonly env: NodeJS.ProcessEnv;
  readonly onNote: (text: string) => void;
}
