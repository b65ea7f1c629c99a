import type { SandboxedPlan, SandboxGit } from "../sandbox/sandbox-request.ts";
import type { OpenVault } from "../vault/open-vaults.ts";
import type { UpstreamSettings } from "./session-proxy.ts";
import type { SessionSigning } from "./signing/session-signer.ts";

/** What a session may do, whichever way it's begun: decided once, from flags, project file and preferences. */
export interface SessionPlan extends SandboxedPlan {
  /** SHA-256 of the policy, hex */
  readonly hash: string;
  /** Whether the command line, a flag or the project file says which agent it is */
  readonly isAgentKnown: boolean;
  /** Why the work tree's remote isn't read by default, for the user */
  readonly repositoryNote?: string;
  /** In the order in which their credentials are taken */
  readonly vaults: readonly OpenVault[];
  readonly git: SandboxGit & { readonly signing?: SessionSigning };
  readonly upstream: UpstreamSettings;
}
