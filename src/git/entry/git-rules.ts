import { gitAuthorities, type GitAuthority, type GitOrigin } from "./git-authorities.ts";
import type { GitRule } from "./git-rule.ts";
import { toComparableHost } from "../../policy/host-pattern.ts";
import { coversRepository, isSpelledAs } from "../../base/repository-name.ts";

type Kind = GitAuthority["kind"];

/** Rules of one origin by what is asked there. */
type GitIndex = ReadonlyMap<string, readonly { readonly kind: Kind; rule: GitRule }[]>;

/** What `findGitRules` and the like need: the rules as they are, or indexed. */
export type GitPolicy =
  | { readonly git: readonly GitRule[] }
  | { readonly kind: "compiled"; readonly git: GitIndex };

/** For rules that are asked for often. */
export function compileGitRules(rules: readonly GitRule[]): GitPolicy {
  return { kind: "compiled", git: indexGitRules(rules) };
}

function indexGitRules(rules: readonly GitRule[]): GitIndex {
  const index = new Map<string, { kind: Kind; rule: GitRule }[]>();
  for (const rule of rules) {
    for (const authority of gitAuthorities(rule)) {
      const key = toKey(authority);
      const entries = index.get(key) ?? [];
      index.set(key, entries);
      entries.push({ kind: authority.kind, rule });
    }
  }
  return index;
}

/** All rules that open an origin for one kind of request, whatever their repository. */
export function gitRulesAt(policy: GitPolicy, origin: GitOrigin, kind: Kind): readonly GitRule[] {
  const found = toIndex(policy).get(toKey(origin)) ?? [];
  return found.flatMap((entry) => (entry.kind === kind ? [entry.rule] : []));
}

/** The rules of a repository, by the origin of its clone URL. */
export function findGitRules(
  policy: GitPolicy,
  origin: GitOrigin,
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

function toIndex(policy: GitPolicy): GitIndex {
  return "kind" in policy ? policy.git : indexGitRules(policy.git);
}

function toKey({ scheme, host, port }: GitOrigin): string {
  return `${scheme}://${toComparableHost(host)}:${port}`;
}

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
