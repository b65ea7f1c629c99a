import type { GitAuthor } from "../../policy/git-author.ts";
import type { RepositoryFacts } from "../../workspace/git-dir/repository-facts.ts";
import type { FoundSigningKey } from "./session-signer.ts";

/** In whose name a session commits; decided on the host at launch. */
export interface SandboxGit {
  /** Undefined when nobody said it: then the sandbox's git asks, as it does without settings */
  readonly author: GitAuthor | undefined;
  /** Only with an author */
  readonly signing?: SessionSigning;
}

export interface SessionSigning extends FoundSigningKey {
  readonly author: GitAuthor;
  /** The repository whose commits are signed */
  readonly repository: RepositoryFacts;
}
