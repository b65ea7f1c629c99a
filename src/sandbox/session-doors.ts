import { openGitCache } from "../git-cache/git-cache.ts";
import type { GitPolicy } from "../policy/git-rules.ts";
import type { OpenDoors } from "../proxy/doors/door.ts";
import { openPushInspector } from "../proxy/doors/push-inspector.ts";
import { createSmartHttpDoor } from "../proxy/doors/smart-http.ts";

export interface SessionDoorsOptions {
  readonly policy: GitPolicy;
  /** Where the host keeps the histories that pushes are held against */
  readonly gitCacheFolder: string;
}

/** Every way into a repository that the policy names, in one list: the first door that claims a request decides it. */
export function toSessionDoors(options: SessionDoorsOptions): OpenDoors {
  const { policy, gitCacheFolder } = options;
  const store = openGitCache(gitCacheFolder);
  return (tools) => [createSmartHttpDoor({ policy, inspector: openPushInspector(tools, store) })];
}
