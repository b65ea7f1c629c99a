import { expect, test } from "vitest";
import {
  decideRefUpdate,
  decideRefUpdateByAll,
} from "../../../../src/git/entry/decide-ref-update.ts";
import { gitRule, pushGrant, refUpdate } from "../../../support/git-rule.ts";

const workflows = [".github/workflows/**"];

test.each([
  ["a fast-forward of a branch that may be pushed", {}, {}, "allow"],
  ["a new branch", {}, { change: "create" }, "allow"],
  [
    "a new branch whose history nobody knows",
    {},
    { change: "create", rewrite: "unknown" },
    "allow",
  ],
  [
    "a new branch without create",
    { create: false },
    { change: "create" },
    "creating refs is not allowed",
  ],
  [
    "perhaps a new one without create",
    { create: false },
    { change: "create-or-update" },
    "creating refs is not allowed",
  ],
  ["an update without create", { create: false }, {}, "allow"],
  ["a deletion", {}, { change: "delete" }, "deleting refs is not allowed"],
  ["a deletion with delete", { delete: true }, { change: "delete" }, "allow"],
  ["a force push", {}, { rewrite: "yes" }, "would drop commits; force is not allowed"],
  ["a force push with force", { force: true }, { rewrite: "yes" }, "allow"],
  ["perhaps a force push", {}, { rewrite: "unknown" }, "history"],
  ["perhaps a force push, with force", { force: true }, { rewrite: "unknown" }, "allow"],
  [
    "perhaps a new one or a force push",
    {},
    { change: "create-or-update", rewrite: "unknown" },
    "history",
  ],
  ["another branch", {}, { ref: "refs/heads/main" }, "not one of the refs that may be pushed"],
  [
    "a branch below the pattern",
    {},
    { ref: "refs/heads/agent/x/y" },
    "not one of the refs that may be pushed",
  ],
  [
    "another letter case",
    {},
    { ref: "refs/heads/Agent/x" },
    "not one of the refs that may be pushed",
  ],
  [
    "a tag",
    {},
    { ref: "refs/tags/agent/x", change: "create" },
    "not one of the refs that may be pushed",
  ],
  ["a tag with tags", { tags: true }, { ref: "refs/tags/agent/x", change: "create" }, "allow"],
  [
    "a moved tag",
    { tags: true },
    { ref: "refs/tags/agent/x" },
    "would move a tag; force is not allowed",
  ],
  ["a moved tag with force", { tags: true, force: true }, { ref: "refs/tags/agent/x" }, "allow"],
  [
    "a tag that a pattern names",
    { refs: ["refs/tags/v*"] },
    { ref: "refs/tags/v1", change: "create" },
    "allow",
  ],
  [
    "a note",
    { refs: ["refs/heads/**"], tags: true },
    { ref: "refs/notes/commits" },
    "not one of the refs that may be pushed",
  ],
  [
    "a note that a pattern names",
    { refs: ["refs/notes/*"] },
    { ref: "refs/notes/commits" },
    "allow",
  ],
  ["a short name", {}, { ref: "agent/x" }, "not a ref name that may be pushed"],
  [
    "a name that climbs",
    { refs: ["refs/heads/**"] },
    { ref: "refs/heads/../x" },
    "not a ref name that may be pushed",
  ],
  [
    "a name like an option",
    { refs: ["refs/heads/**"] },
    { ref: "refs/heads/--mirror" },
    "not a ref name that may be pushed",
  ],
  ["HEAD", { refs: ["refs/heads/**"] }, { ref: "HEAD" }, "not a ref name that may be pushed"],
  ["a path that may be changed", { denyPaths: workflows }, { paths: ["src/a.ts"] }, "allow"],
  [
    "a denied path",
    { denyPaths: workflows },
    { paths: ["a", ".github/workflows/ci.yml"] },
    "changes .github/workflows/ci.yml, which may not be changed",
  ],
  ["unknown paths", { denyPaths: workflows }, { paths: "unknown" }, "paths"],
  [
    "unknown paths and history",
    { denyPaths: workflows },
    { paths: "unknown", rewrite: "unknown" },
    "history paths",
  ],
  [
    "unknown paths of a deletion",
    { denyPaths: workflows, delete: true },
    { change: "delete", paths: "unknown" },
    "allow",
  ],
  ["unknown paths that nothing denies", {}, { paths: "unknown" }, "allow"],
  [
    "a denied path that would drive a terminal",
    { denyPaths: ["**"] },
    { paths: ["\u001b[2J\né\u202e"] },
    "changes \\x1b[2J\\x0a?\\u{202e}, which may not be changed",
  ],
] as const)("%s", (_, grant, update, expected) => {
  const found = decideRefUpdate(gitRule({ push: pushGrant(grant) }), refUpdate(update));
  const text = {
    allow: () => "allow",
    deny: () => (found.verdict === "deny" ? found.reason : ""),
    check: () =>
      found.verdict === "check"
        ? [...(found.history ? ["history"] : []), ...(found.paths ? ["paths"] : [])].join(" ")
        : "",
  };
  expect(text[found.verdict]()).toBe(expected);
});

test.each(["create", "update", "delete", "create-or-update"] as const)(
  "an entry without push refuses every change: %j",
  (change) => {
    expect(decideRefUpdate(gitRule(), refUpdate({ change }))).toEqual({
      verdict: "deny",
      reason: "nothing may be pushed to this repository",
    });
  },
);

test("several entries add up: one yes is enough, else what any of them must know is asked for", () => {
  const strict = gitRule({ push: pushGrant({ denyPaths: workflows, force: true }) });
  const plain = gitRule({ push: pushGrant() });
  const none = gitRule();
  const unknown = refUpdate({ rewrite: "unknown", paths: "unknown" });
  expect(decideRefUpdateByAll([none, strict, plain], refUpdate())).toEqual({ verdict: "allow" });
  expect(decideRefUpdateByAll([none, strict, plain], unknown)).toEqual({
    verdict: "check",
    history: true,
    paths: true,
  });
  expect(decideRefUpdateByAll([], unknown)).toMatchObject({ verdict: "deny" });
  expect(decideRefUpdateByAll([none, plain], refUpdate({ rewrite: "yes" }))).toEqual({
    verdict: "deny",
    reason: "would drop commits; force is not allowed",
  });
});
