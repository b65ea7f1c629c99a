import { openGitCache } from "../git/push/cache/git-cache.ts";
import type { GitPolicy } from "../policy/git-rules.ts";
import type { GitIdentity } from "../git/signing/commit-object-identity.ts";
import { parseRemoteUrl } from "../git/remote-url.ts";
import type { SshSigner } from "../git/signing/sshsig.ts";
import type { Door, OpenDoors } from "../proxy/decide/handler.ts";
import type { PushInspector } from "../git/push/push-inspection.ts";
import { createClosedDoor } from "../git/forge/closed-door.ts";
import { createGithubDoor } from "../git/forge/github-door.ts";
import { createGitlabDoor } from "../git/forge/gitlab-door.ts";
import { createLfsDoor } from "../git/lfs/lfs-door.ts";
import { createOddGitDoor } from "../git/push/odd-git-door.ts";
import { openPushInspector } from "../git/push/push-inspector.ts";
import { createSigningDoor } from "../git/signing/signing-door.ts";
import { createSmartHttpDoor } from "../git/push/smart-http.ts";
import { openLaunchHistory } from "./signing/launch-history.ts";
import type { RepositoryFacts } from "../workspace/git-dir/repository-facts.ts";

export interface SessionDoorsOptions {
  readonly policy: GitPolicy;
  /** Where the host keeps the histories that pushes are held against */
  readonly gitCacheFolder: string;
  readonly signing?: SigningParts | undefined;
}

/** The signer of a session, for the repository that its workspace is in. */
export interface SigningParts {
  readonly signer: SshSigner;
  readonly identity: GitIdentity;
  readonly repository: RepositoryFacts;
}

/** Every way into a repository that the policy names, in one list: the first door that claims a request decides it. */
export function toSessionDoors(options: SessionDoorsOptions): OpenDoors {
  const { policy, gitCacheFolder } = options;
  const store = openGitCache(gitCacheFolder);
  return (tools) => {
    const inspector = openPushInspector(tools, store);
    const doors = [
      createSmartHttpDoor({ policy, inspector }),
      createLfsDoor({ policy }),
      createGithubDoor({ policy, tools }),
      createGitlabDoor({ policy, tools }),
      createOddGitDoor({ policy }),
      createClosedDoor({ policy, tools }),
    ];
    return options.signing === undefined
      ? doors
      : [...doors, toSigningDoor(options.signing, { policy, inspector })];
  };
}

function toSigningDoor(
  { signer, identity, repository }: SigningParts,
  upstream: { readonly policy: GitPolicy; readonly inspector: PushInspector },
): Door {
  const remote =
    repository.remoteUrl === undefined ? undefined : parseRemoteUrl(repository.remoteUrl);
  return createSigningDoor({
    signer,
    identity,
    history: openLaunchHistory(repository, upstream),
    repository: remote?.path.slice(1),
  });
}
