import { openGitCache } from "../git/push/cache/git-cache.ts";
import type { GitPolicy } from "../git/entry/git-rules.ts";
import type { GitAuthor } from "../policy/git-author.ts";
import { parseRemoteUrl } from "../git/remote-url.ts";
import type { SshSigner } from "../git/signing/sshsig.ts";
import type { Handler, OpenHandlers } from "../http/handler.ts";
import type { PushInspector } from "../git/push/push-inspection.ts";
import { createClosedHandler } from "../git/forge/closed-handler.ts";
import { createGithubHandler } from "../git/forge/github-handler.ts";
import { createGitlabHandler } from "../git/forge/gitlab-handler.ts";
import { createLfsHandler } from "../git/lfs/lfs-handler.ts";
import { createOddGitHandler } from "../git/push/odd-git-handler.ts";
import { openPushInspector } from "../git/push/push-inspector.ts";
import { createSigningHandler } from "../git/signing/signing-handler.ts";
import { createSmartHttpHandler } from "../git/push/smart-http.ts";
import { openLaunchHistory } from "./signing/launch-history.ts";
import type { RepositoryFacts } from "../workspace/git-dir/repository-facts.ts";

export interface SessionHandlersOptions {
  readonly policy: GitPolicy;
  /** Where the host keeps the histories that pushes are held against */
  readonly gitCacheFolder: string;
  readonly signing?: SigningParts | undefined;
}

/** The signer of a session, for the repository that its workspace is in. */
export interface SigningParts {
  readonly signer: SshSigner;
  readonly author: GitAuthor;
  readonly repository: RepositoryFacts;
}

/** Every way into a repository that the policy names, in one list: the first handler that claims a request decides it. */
export function toSessionHandlers(options: SessionHandlersOptions): OpenHandlers {
  const { policy, gitCacheFolder } = options;
  const store = openGitCache(gitCacheFolder);
  return (tools) => {
    const inspector = openPushInspector(tools, store);
    const handlers = [
      createSmartHttpHandler({ policy, inspector }),
      createLfsHandler({ policy }),
      createGithubHandler({ policy, tools }),
      createGitlabHandler({ policy, tools }),
      createOddGitHandler({ policy }),
      createClosedHandler({ policy, tools }),
    ];
    return options.signing === undefined
      ? handlers
      : [...handlers, toSigningHandler(options.signing, { policy, inspector })];
  };
}

function toSigningHandler(
  { signer, author, repository }: SigningParts,
  upstream: { readonly policy: GitPolicy; readonly inspector: PushInspector },
): Handler {
  const remote =
    repository.remoteUrl === undefined ? undefined : parseRemoteUrl(repository.remoteUrl);
  return createSigningHandler({
    signer,
    author,
    history: openLaunchHistory(repository, upstream),
    repository: remote?.path.slice(1),
  });
}
