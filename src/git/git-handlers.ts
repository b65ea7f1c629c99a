import { inState } from "../base/state-folder.ts";
import type { Handler, OpenHandlers } from "../http/handler.ts";
import type { GitPolicy } from "./entry/git-rules.ts";
import { createClosedHandler } from "./forge/closed-repositories.ts";
import { createGithubHandler } from "./forge/github-handler.ts";
import { createGitlabHandler } from "./forge/gitlab-handler.ts";
import { createLfsHandler } from "./lfs/lfs-handler.ts";
import { openGitCache } from "./push/cache/git-cache.ts";
import { createOddGitHandler } from "./push/odd-git-handler.ts";
import { openPushInspector } from "./push/push-inspector.ts";
import { createSmartHttpHandler } from "./push/smart-http.ts";

/** The handlers of the kind `git:`. */
export function ownedByGit(handlers: readonly Handler[]): readonly Handler[] {
  const owner = { name: "a git: entry", reason: "git-not-allowed" } as const;
  return handlers.map((handler) => ({ ...handler, owner }));
}

/** Every way into a repository that the policy names, in one list: the first handler that claims a request decides it. */
export function openGitHandlers(options: {
  readonly policy: GitPolicy;
  readonly stateFolder: string;
}): OpenHandlers {
  const { policy } = options;
  const store = openGitCache(inState(options.stateFolder, "git"));
  return (tools) =>
    ownedByGit([
      createSmartHttpHandler({ policy, inspector: openPushInspector(tools, store) }),
      createLfsHandler({ policy }),
      createGithubHandler({ policy, tools }),
      createGitlabHandler({ policy, tools }),
      createOddGitHandler({ policy }),
      createClosedHandler({ policy, tools }),
    ]);
}
