import { invalidText } from "../../policy/file/problem.ts";
import { parseHostPattern } from "../../policy/host-pattern.ts";
import { defaultMaxPackBytes, type GitRule } from "./git-rule.ts";
import type { RepositoryPlace } from "./parse-repository-url.ts";
import type { RuleSource } from "../../policy/policy.ts";

const invalidHost = invalidText("host");

/** What an entry or a flag says beside the URL; missing is the default. */
export interface GitOptions {
  readonly read?: boolean | undefined;
  /** Full ref patterns; missing or empty is no push */
  readonly push?: readonly string[] | undefined;
  readonly create?: boolean | undefined;
  readonly force?: boolean | undefined;
  readonly delete?: boolean | undefined;
  readonly tags?: boolean | undefined;
  readonly maxPackBytes?: number | undefined;
  readonly denyPaths?: readonly string[] | undefined;
  readonly pulls?: GitRule["pulls"] | undefined;
  readonly lfsHosts?: readonly string[] | undefined;
}

export const pullChoices = ["none", "comment", "create", "merge"] as const;
/** Patterns of one list */
export const maxGitPatterns = 1000;

/** What is wrong with an option that only limits or widens a push, where nothing may be pushed. */
export const needsPush =
  "it says something about pushes, and nothing may be pushed; write push too";

/** The rule that a user wrote: exclusive, and with the defaults filled in. */
export function toGitRule(
  place: RepositoryPlace,
  options: GitOptions,
  source: RuleSource,
): GitRule {
  const { push = [] } = options;
  return {
    ...place,
    read: options.read ?? true,
    push:
      push.length === 0
        ? undefined
        : {
            refs: [...new Set(push)],
            create: options.create ?? true,
            force: options.force ?? false,
            delete: options.delete ?? false,
            tags: options.tags ?? false,
            maxPackBytes: options.maxPackBytes ?? defaultMaxPackBytes,
            denyPaths: [...new Set(options.denyPaths)],
          },
    pulls: options.pulls ?? (push.length === 0 ? "none" : "create"),
    lfsHosts: [...new Set(options.lfsHosts)],
    exclusive: true,
    source,
  };
}

/**
 * One host where LFS objects may be stored, reached at port 443.
 * @throws VaultboxError VBX_POLICY_INVALID
 */
export function parseLfsHost(text: string): string {
  const { kind, host } = parseHostPattern(text);
  if (kind === "exact") return host;
  throw invalidHost(text, "write each storage host by itself, without *");
}
