import { expect, test } from "vitest";
import {
  closingRules,
  compileGitRules,
  forgeRulesAt,
  isClosed,
} from "../../../../src/git/entry/git-rules.ts";
import { decideTunnel } from "../../../../src/policy/decide.ts";
import { decideRepositoryCall } from "../../../../src/git/entry/decide-repository-call.ts";
import { gitRule, toGroups } from "../../../support/git-rule.ts";

const secret = gitRule({ repository: "acme/secret", read: false });
const all = gitRule({ repository: "acme/*", read: false });

test.each([
  ["an entry that says so", [secret], "acme/secret", true],
  ["its name in another case", [secret], "Acme/SECRET.git", true],
  ["another repository", [secret], "acme/open", false],
  ["an owner's", [all], "acme/open", true],
  ["one of an owner's that another entry opens", [all, gitRule()], "acme/widgets", false],
  [
    "the work tree's own entry",
    [gitRule({ read: false, exclusive: false })],
    "acme/widgets",
    false,
  ],
] as const)("%s: closed or not", (_, rules, repository, expected) => {
  expect(isClosed(rules, repository)).toBe(expected);
});

test("an entry closes nothing when another lets all of it be read", () => {
  expect(closingRules([secret, gitRule({ repository: "acme/*" })])).toEqual([]);
  expect(closingRules([secret, gitRule({ repository: "ACME/secret" })])).toEqual([]);
  expect(closingRules([all, gitRule()])).toEqual([all]);
});

test.each(["media.githubusercontent.com", "www.github.com", "raw.github.com"])(
  "other hosts of a forge belong to an entry, and it opens no tunnel to them: %j",
  (host) => {
    const policy = { rules: [], limits: {}, entries: toGroups([secret]) };

    expect(forgeRulesAt(compileGitRules([secret]), { scheme: "https", host, port: 443 })).toEqual([
      secret,
    ]);
    expect(decideTunnel(policy, { host, port: 443 }).verdict).toBe("deny");
  },
);

test("what is about neither code nor pull requests is read only where the repository may be", () => {
  const call = (reads?: true) => ({
    repository: "acme/secret",
    action: { type: "other", what: "traffic", ...(reads && { reads }) } as const,
  });
  expect(decideRepositoryCall([secret], call(true)).verdict).toBe("deny");
  expect(decideRepositoryCall([secret], call()).verdict).toBe("host-rules");
  expect(decideRepositoryCall([gitRule()], call(true)).verdict).toBe("host-rules");
});
