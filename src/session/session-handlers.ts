import type { SshSigner } from "../git/signing/sshsig.ts";
import type { OpenHandlers } from "../http/handler.ts";
import type { EntryHost } from "../policy/entry-kind.ts";
import type { GitAuthor } from "../policy/git-author.ts";
import type { EgressPolicy } from "../policy/policy.ts";
import type { RepositoryFacts } from "../workspace/git-dir/repository-facts.ts";

export interface SessionHandlersOptions extends EntryHost {
  readonly policy: EgressPolicy;
  readonly signing?: SigningParts | undefined;
}

/** The signer of a session, for the repository that its workspace is in. */
export interface SigningParts {
  readonly signer: SshSigner;
  readonly author: GitAuthor;
  readonly repository: RepositoryFacts;
}

/** The handlers of the policy's entries, by the order of their kinds, then what signs. */
export async function openSessionHandlers(options: SessionHandlersOptions): Promise<OpenHandlers> {
  const { policy, stateFolder, signing } = options;
  const opened = await Promise.all(
    (policy.entries ?? []).map(({ kind, items }) => kind.openHandlers(items, { stateFolder })),
  );
  if (signing !== undefined) {
    const { openSigningHandler } = await import("./signing/open-signing-handler.ts");
    opened.push(openSigningHandler(signing, { policy, stateFolder }));
  }
  return (tools) => opened.flatMap((open) => open(tools));
}
