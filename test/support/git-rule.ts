import { gitEntries } from "../../src/git/entry/git-entries.ts";
import type { GitRule, PushGrant } from "../../src/git/entry/git-rule.ts";
import type { RefUpdate } from "../../src/git/repository-call.ts";
import type { EntryGroup } from "../../src/policy/entry-kind.ts";

/** As they are in a policy. */
export function toGroups(items: readonly GitRule[]): readonly EntryGroup[] {
  return items.length === 0 ? [] : [{ kind: gitEntries, items }];
}

/** A `git:` entry of acme/widgets at GitHub that lets it be read, unless more is said. */
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

/** What an entry gives with `push: ["agent/*"]`, but for packs of 1 MiB at most. */
export function pushGrant(changes: Partial<PushGrant> = {}): PushGrant {
  return {
    refs: ["refs/heads/agent/*"],
    create: true,
    force: false,
    delete: false,
    tags: false,
    maxPackBytes: 1024 * 1024,
    denyPaths: [],
    ...changes,
  };
}

export function refUpdate(changes: Partial<RefUpdate> = {}): RefUpdate {
  return { ref: "refs/heads/agent/x", change: "update", rewrite: "no", paths: [], ...changes };
}
