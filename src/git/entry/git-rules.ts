import type { EntryOrigin } from "../../policy/entry-kind.ts";
import { toOriginKey } from "../../policy/host-pattern.ts";
import { gitAuthorities, type GitAuthority } from "./git-authorities.ts";
import type { GitRule } from "./git-rule.ts";
import { coversRepository, isSpelledAs } from "../../base/repository-name.ts";

type Kind = GitAuthority["kind"];

/** The rules of a session, by origin and what is asked there. */
export type GitPolicy = ReadonlyMap<
  string,
  readonly { readonly kind: Kind; readonly rule: GitRule }[]
>;

export function compileGitRules(rules: readonly GitRule[]): GitPolicy {
  const entries = rules.flatMap((rule) =>
    gitAuthorities(rule).map((authority) => ({ authority, kind: authority.kind, rule })),
  );
  return Map.groupBy(entries, ({ authority }) => toOriginKey(authority));
}

/** All rules that open an origin for one kind of request, whatever their repository. */
export function gitRulesAt(policy: GitPolicy, origin: EntryOrigin, kind: Kind): readonly GitRule[] {
  const found = policy.get(toOriginKey(origin)) ?? [];
  return found.flatMap((entry) => (entry.kind === kind ? [entry.rule] : []));
}

/** The rules of a repository, by the origin of its clone URL. */
export function findGitRules(
  policy: GitPolicy,
  origin: EntryOrigin,
  repository: string,
): readonly GitRule[] {
  return filterByRepository(gitRulesAt(policy, origin, "git"), repository);
}

export function filterByRepository(
  rules: readonly GitRule[],
  repository: string,
): readonly GitRule[] {
  return rules.filter((rule) => coversRepository(rule.repository, repository));
}

/**
 * The rules that may grant something to a repository written like this, without the `.git` at its end. A forge that isn't
 * known may tell `Acme/widgets` from `acme/widgets`; such a rule keeps host rules away from both, and grants only what is
 * written as in the rule. What still ends in `.git` (`acme/widgets.git.git`, `acme/widgets.GIT`) may be another repository
 * anywhere: nothing is granted to it.
 */
export function filterBySpelling(
  rules: readonly GitRule[],
  repository: string,
): readonly GitRule[] {
  if (/\.git$/i.test(repository)) return [];
  return rules.filter(
    ({ forge, repository: written }) => forge !== "generic" || isSpelledAs(written, repository),
  );
}

/** Every rule that has to do with an origin as one of its forge's, LFS storage left out. */
export function forgeRulesAt(policy: GitPolicy, origin: EntryOrigin): readonly GitRule[] {
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
