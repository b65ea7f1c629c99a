import type { GitIdentity } from "../../git/signing/commit-object-identity.ts";
import type { RepositoryFacts } from "../../workspace/git-dir/repository-facts.ts";
import type { FoundSigningKey } from "./session-signer.ts";

/** In whose name a session commits; decided on the host at launch. */
export interface SandboxGit {
  /** Undefined when nobody said it: then the sandbox's git asks, as it does without settings */
  readonly identity: GitIdentity | undefined;
  /** Only with an identity */
  readonly signing?: SessionSigning;
}

export interface SessionSigning extends FoundSigningKey {
  readonly identity: GitIdentity;
  /** The repository whose commits are signed */
  readonly repository: RepositoryFacts;
}
