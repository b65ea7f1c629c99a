import { inState } from "../../base/state-folder.ts";
import { gitRulesOf } from "../../git/entry/git-entries.ts";
import { compileGitRules } from "../../git/entry/git-rules.ts";
import { openGitCache } from "../../git/push/cache/git-cache.ts";
import { openPushInspector } from "../../git/push/push-inspector.ts";
import { parseRemoteUrl } from "../../git/remote-url.ts";
import { createSigningHandler } from "../../git/signing/signing-handler.ts";
import type { OpenHandlers } from "../../http/handler.ts";
import type { SessionHandlersOptions, SigningParts } from "../session-handlers.ts";
import { openLaunchHistory } from "./launch-history.ts";

/** What signs commits of the session's repository, whose history at the upstream is read as its `git:` entries allow. */
export function openSigningHandler(
  { signer, author, repository }: SigningParts,
  { policy, stateFolder }: Omit<SessionHandlersOptions, "signing">,
): OpenHandlers {
  const rules = compileGitRules(gitRulesOf(policy));
  const store = openGitCache(inState(stateFolder, "git"));
  const { remoteUrl } = repository;
  const remote = remoteUrl === undefined ? undefined : parseRemoteUrl(remoteUrl);
  return (tools) => {
    const inspector = openPushInspector(tools, store);
    const history = openLaunchHistory(repository, { policy: rules, inspector });
    return [createSigningHandler({ signer, author, history, repository: remote?.path.slice(1) })];
  };
}
