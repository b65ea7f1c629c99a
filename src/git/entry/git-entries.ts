import { toComparableRepository, coversRepository } from "../../base/repository-name.ts";
import { type EntryKind, itemsOf } from "../../policy/entry-kind.ts";
import type { EgressPolicy } from "../../policy/policy.ts";
import { gitAuthorities } from "./git-authorities.ts";
import { describeGitRule, formatGitUrl, toGitJson } from "./git-rule-text.ts";
import type { GitRule, PushGrant } from "./git-rule.ts";
import { compileGitRules } from "./git-rules.ts";
import { gitEntryKeys, parseGitEntry } from "./parse-git-entry.ts";
import { parseGitFlag } from "./parse-git-flag.ts";
import { toWorktreeRules } from "./worktree-rule.ts";

/** `git:` entries: what may be done with repositories. */
export const gitEntries: EntryKind<GitRule> = {
  key: "git",
  keys: gitEntryKeys,
  heading: "Repositories",
  agentNote:
    "This holds for git and for the forge's API alike. A push that is refused says why (`remote: vaultbox: …`); the same\n" +
    "change is refused by any other way too.",
  parse: parseGitEntry,
  parseFlag: (text, source, { withoutSshAlias }) =>
    parseGitFlag(withoutSshAlias?.(text) ?? text, source),
  toImplied: toWorktreeRules,
  toOrigins: (rule) => gitAuthorities(rule).filter(({ kind }) => kind !== "page"),
  toCanonical,
  describe: (rule) => ({
    title: formatGitUrl(rule),
    lines: describeGitRule(rule),
    json: toGitJson(rule),
  }),
  isAbout: ({ repository }, name) => coversRepository(repository, name),
  openHandlers: async (rules, { stateFolder }) => {
    const { openGitHandlers } = await import("../git-handlers.ts");
    return openGitHandlers({ policy: compileGitRules(rules), stateFolder });
  },
};

/** The `git:` entries of a policy. */
export function gitRulesOf({ entries }: EgressPolicy): readonly GitRule[] {
  return itemsOf(entries, gitEntries);
}

function toCanonical(rule: GitRule): object {
  const { exclusive, forge, host, lfsHosts, port, pulls, push, read, repository, scheme } = rule;
  return {
    exclusive,
    forge,
    host,
    lfsHosts: lfsHosts.toSorted(),
    port,
    pulls,
    push: push === undefined ? null : toCanonicalGrant(push),
    read,
    repository: toComparableRepository(repository) ?? repository,
    scheme,
  };
}

function toCanonicalGrant(push: PushGrant): PushGrant {
  const { create, delete: remove, denyPaths, force, maxPackBytes, refs, tags } = push;
  return {
    create,
    delete: remove,
    denyPaths: denyPaths.toSorted(),
    force,
    maxPackBytes,
    refs: refs.toSorted(),
    tags,
  };
}
