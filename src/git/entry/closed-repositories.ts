// A closed repository has entries that say what may be done with it, and none of them lets it be read.
import type { GitOrigin } from "./git-authorities.ts";
import type { GitRule } from "./git-rule.ts";
import { filterByRepository, gitRulesAt, type GitPolicy } from "./git-rules.ts";
import { coversRepository } from "../../base/repository-name.ts";

/** Every rule that has to do with an origin as one of its forge's, LFS storage left out. */
export function forgeRulesAt(policy: GitPolicy, origin: GitOrigin): readonly GitRule[] {
  const kinds = ["git", "api", "raw", "page"] as const;
  return [...new Set(kinds.flatMap((kind) => gitRulesAt(policy, origin, kind)))];
}

/** Those that close what they name; a `*` of theirs may cover repositories that another entry lets be read. */
export function closingRules(rules: readonly GitRule[]): readonly GitRule[] {
  return rules.filter(
    (rule) =>
      rule.exclusive &&
      !rule.read &&
      !rules.some(({ read, repository }) => read && coversAll(repository, rule.repository)),
  );
}

/** Whether a repository is closed. */
export function isClosed(rules: readonly GitRule[], repository: string): boolean {
  const own = filterByRepository(rules, repository);
  return own.some(({ exclusive }) => exclusive) && !own.some(({ read }) => read);
}

function coversAll(pattern: string, other: string): boolean {
  return other.endsWith("/*")
    ? pattern.toLowerCase() === other.toLowerCase()
    : coversRepository(pattern, other);
}
