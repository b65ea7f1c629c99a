import { expect, test } from "vitest";
import { describeGitRule, formatGitUrl } from "../../../../src/git/entry/git-rule-text.ts";
import { parseGitFlag } from "../../../../src/git/entry/parse-git-flag.ts";
import { gitRule, pushGrant } from "../../../support/git-rule.ts";

test.each([
  [{}, "https://github.com/acme/widgets"],
  [{ repository: "acme/*" }, "https://github.com/acme/*"],
  [{ scheme: "http", port: 80 }, "http://github.com/acme/widgets"],
  [{ host: "2001:db8::1", port: 8443 }, "https://[2001:db8::1]:8443/acme/widgets"],
] as const)("the URL of a rule with %j is %s, and is read as the same place", (changes, url) => {
  const rule = gitRule(changes);
  expect(formatGitUrl(rule)).toBe(url);
  const { scheme, host, port, repository } = parseGitFlag(url, rule.source);
  expect({ scheme, host, port, repository }).toEqual({
    scheme: rule.scheme,
    host: rule.host,
    port: rule.port,
    repository: rule.repository,
  });
});

test("what a rule doesn't allow is said as well as what it allows", () => {
  expect(describeGitRule(gitRule())).toEqual([
    "may be read",
    "nothing may be pushed",
    "pull requests: read only",
  ]);
  const everything = pushGrant({
    create: false,
    force: true,
    delete: true,
    tags: true,
    maxPackBytes: 1000,
  });
  const rule = gitRule({ forge: "gitlab", read: false, push: everything, pulls: "merge" });
  expect(describeGitRule(rule)).toEqual([
    "may not be read",
    "may be pushed: agent/*",
    "pushes: no new ones, with force, deletion, tags of these names, at most 1kB a push",
    "merge requests: create, comment and merge",
  ]);
});
