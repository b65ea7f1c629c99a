import { gitEntries } from "../../../../src/git/entry/git-entries.ts";
import type { EntryGroup } from "../../../../src/policy/entry-kind.ts";
import type { RefUpdate } from "../../../../src/git/repository-call.ts";
import type { GitRule, PushGrant } from "../../../../src/git/entry/git-rule.ts";

/** As they are in a policy. */
export function toGroups(items: readonly GitRule[]): readonly EntryGroup[] {
  return items.length === 0 ? [] : [{ kind: gitEntries, items }];
}

export function gitRule(changes: Partial<GitRule> = {}): GitRule {
  return {
    forge: "github",
    scheme: "https",
    host: "github.com",
    port: 443,
    repository: "acme/widgets",
    read: true,
    push: undefined,
    pulls: "none",
    lfsHosts: [],
    exclusive: true,
    source: { kind: "flag", label: "--git" },
    ...changes,
  };
}

export function pushGrant(changes: Partial<PushGrant> = {}): PushGrant {
  return {
    refs: ["refs/heads/agent/*"],
    create: true,
    force: false,
    delete: false,
    tags: false,
    maxPackBytes: 1000,
    denyPaths: [],
    ...changes,
  };
}

export function refUpdate(changes: Partial<RefUpdate> = {}): RefUpdate {
  return { ref: "refs/heads/agent/x", change: "update", rewrite: "no", paths: [], ...changes };
}
