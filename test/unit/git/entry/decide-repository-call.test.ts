import { expect, test } from "vitest";
import type { RepositoryAction } from "../../../../src/git/repository-call.ts";
import { decideRepositoryCall } from "../../../../src/git/entry/decide-repository-call.ts";
import {
  filterByRepository,
  compileGitRules,
  findGitRules,
  gitRulesAt,
} from "../../../../src/git/entry/git-rules.ts";
import type { GitRule } from "../../../../src/git/entry/git-rule.ts";
import { gitRule, pushGrant, refUpdate } from "../../../support/git-rule.ts";

function decide(rules: readonly GitRule[], action: RepositoryAction) {
  return decideRepositoryCall(rules, { repository: "acme/widgets", action });
}

const update = (changes: Parameters<typeof refUpdate>[0] = {}): RepositoryAction => ({
  type: "update-ref",
  update: refUpdate(changes),
});
const push = gitRule({ push: pushGrant(), pulls: "create" });
const guarded = gitRule({ push: pushGrant({ denyPaths: ["Makefile"] }) });

test.each([
  ["reading", gitRule(), { type: "read" }, "allow"],
  ["reading where it isn't granted", gitRule({ read: false }), { type: "read" }, /^reading this/],
  ["a commit on a branch that may be pushed", push, update(), "allow"],
  [
    "a commit on main",
    push,
    update({ ref: "refs/heads/main" }),
    "main: not one of the refs that may be pushed",
  ],
  [
    "perhaps a force push",
    push,
    update({ rewrite: "unknown" }),
    "it cannot be told from this request whether it drops commits; push it with git",
  ],
  [
    "unknown paths",
    guarded,
    update({ paths: "unknown", rewrite: "unknown" }),
    /whether it drops commits or changes paths/,
  ],
  ["objects", push, { type: "write-objects" }, "allow"],
  ["objects of a read-only entry", gitRule(), { type: "write-objects" }, /^nothing may be pushed/],
  [
    "objects where paths are denied",
    guarded,
    { type: "write-objects" },
    /which paths it changes; push it with git$/,
  ],
  ["an LFS object", guarded, { type: "lfs-write" }, "allow"],
  [
    "an LFS object of a read-only entry",
    gitRule(),
    { type: "lfs-write" },
    /^nothing may be pushed/,
  ],
  ["a comment", push, { type: "pull", step: "comment" }, "allow"],
  ["a pull request", push, { type: "pull", step: "create" }, "allow"],
  ["a merge", push, { type: "pull", step: "merge" }, "merging is not allowed"],
  [
    "a merge where it's granted",
    gitRule({ pulls: "merge" }),
    { type: "pull", step: "merge" },
    "allow",
  ],
  ["a comment where none is granted", gitRule(), { type: "pull", step: "comment" }, /^commenting/],
  [
    "a webhook",
    gitRule({ ...push, pulls: "merge" }),
    { type: "forbidden", what: "changing webhooks" },
    "changing webhooks: no git: entry allows it",
  ],
] as const)("%s", (_, rule, action, expected) => {
  const found = decide([rule], action);
  const text = found.verdict === "allow" ? "allow" : found.what;
  if (typeof expected === "string") expect(text).toBe(expected);
  else expect(text).toMatch(expected);
  if (found.verdict !== "allow") expect(found).toMatchObject({ verdict: "deny", rule });
});

test("what is about neither code nor pull requests is left to host rules", () => {
  const other: RepositoryAction = { type: "other", what: "an issue" };
  expect(decide([push], other)).toEqual({ verdict: "host-rules", what: "an issue" });
});

test("an entry that is not exclusive only adds: what it doesn't grant is left to host rules", () => {
  const own = gitRule({ exclusive: false });
  expect(decide([own], { type: "read" })).toEqual({ verdict: "allow", rule: own });
  expect(decide([own], update())).toMatchObject({ verdict: "host-rules" });
  expect(decide([], update())).toMatchObject({ verdict: "host-rules" });
  expect(decide([own, gitRule()], update())).toMatchObject({ verdict: "deny" });
});

const compiled = compileGitRules([
  gitRule(),
  gitRule({ repository: "acme/*" }),
  gitRule({ forge: "gitlab", host: "git.example.com", port: 8443, repository: "group/sub/app" }),
]);
const github = { scheme: "https", host: "github.com", port: 443 } as const;
const githubApi = { ...github, host: "api.github.com" };
const gitlab = { scheme: "https", host: "git.example.com", port: 8443 } as const;

test.each([
  [github, "acme/widgets", 2],
  [github, "ACME/Widgets.git", 2],
  [github, "/acme/widgets.git/", 2],
  [github, "acme/wid%67ets", 2],
  [github, "acme/other", 1],
  [github, "acme/widgets/more", 0],
  [github, "acme", 0],
  [github, "acmecorp/widgets", 0],
  [github, "acme%2fwidgets", 0],
  [github, "acme/../acme/widgets", 0],
  [github, "acme//widgets", 0],
  [github, "acme/widgets%00", 0],
  [github, "acme/widgets%2500", 0],
  [github, "", 0],
  [{ ...github, host: "GitHub.com." }, "acme/widgets", 2],
  [{ ...github, scheme: "http" }, "acme/widgets", 0],
  [{ ...github, port: 8443 }, "acme/widgets", 0],
  [githubApi, "acme/widgets", 0],
  [gitlab, "group/sub/app", 1],
  [gitlab, "group/app", 0],
] as const)("at %j the repository %s has %i rules", (origin, repository, count) => {
  expect(findGitRules(compiled, origin, repository)).toHaveLength(count);
});

test("rules are found by the origin of the forge's API too", () => {
  expect(filterByRepository(gitRulesAt(compiled, githubApi, "api"), "acme/widgets")).toHaveLength(
    2,
  );
  expect(filterByRepository(gitRulesAt(compiled, github, "api"), "acme/widgets")).toEqual([]);
  expect(filterByRepository(gitRulesAt(compiled, gitlab, "api"), "group/sub/app")).toHaveLength(1);
});
