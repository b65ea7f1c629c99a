import fc from "fast-check";
import { expect, test } from "vitest";
import type { RefUpdate, RepositoryAction } from "../../../../src/git/repository-call.ts";
import {
  decideRefUpdate,
  decideRefUpdateByAll,
} from "../../../../src/git/entry/decide-ref-update.ts";
import { decideRepositoryCall } from "../../../../src/git/entry/decide-repository-call.ts";
import type { GitRule, PushGrant } from "../../../../src/git/entry/git-rule.ts";
import { parseRefPattern } from "../../../../src/git/entry/ref-pattern.ts";
import { recordScore } from "../../../support/scoreboard.ts";
import { gitRule, pushGrant, refUpdate } from "../../../support/git-rule.ts";

const cases = 50_000;
const seed = Number(process.env["VAULTBOX_TEST_SEED"] ?? 20_261_121);

// Few names, so that a good part of the cases is a near miss
const name = fc.constantFrom("agent", "agents", "Agent", "main", "a", "ag", "fix-1", "x", "é");
const odd = fc.constantFrom(
  "..",
  ".",
  "",
  "-x",
  "--mirror",
  "x.lock",
  "x ",
  "*",
  "@{0}",
  "x\u0000",
);
const globPart = fc.oneof(name, fc.constantFrom("*", "**", "a*", "*x", "agent*", "fix-*"));
const pattern = fc
  .tuple(
    fc.constantFrom("", "", "refs/heads/", "refs/tags/", "refs/notes/"),
    fc.array(globPart, { minLength: 1, maxLength: 3 }),
  )
  .map(([prefix, parts]) => prefix + parts.join("/"));
const ref = fc
  .tuple(
    fc.constantFrom("refs/heads", "refs/heads", "refs/tags", "refs/notes", "refs", "", "heads"),
    fc.array(fc.oneof({ weight: 6, arbitrary: name }, { weight: 1, arbitrary: odd }), {
      maxLength: 4,
    }),
  )
  .map(([prefix, parts]) => [...(prefix === "" ? [] : [prefix]), ...parts].join("/"));

/** A name that the pattern may well cover. */
const nearRef = (text: string) =>
  fc.tuple(fc.constantFrom("refs/heads/", "refs/tags/"), name, name).map(([prefix, a, b]) => {
    const full = text.startsWith("refs/") ? text : `${prefix}${text}`;
    return full.replaceAll("**", `${a}/${b}`).replaceAll("*", a);
  });
const pair = fc.oneof(
  fc.tuple(pattern, ref),
  pattern.chain((text) => fc.tuple(fc.constant(text), nearRef(text))),
);

/** Written from the documentation and not from the code: as a regular expression of the whole name. */
function oracleCovers(text: string, { tags }: { tags: boolean }, full: string): boolean {
  if (!/^refs\/[^/]+\/[^/]/.test(full) || full.includes("..") || full.includes("@{")) return false;
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0020*]|\/\/|\/$|\/[.-]|\.(?:lock)?(?:\/|$)/.test(full)) return false;
  const whole = text.startsWith("refs/") ? text : `refs/heads/${text}`;
  const source = whole
    .replaceAll(/[.+?^${}()|[\]]/g, String.raw`\$&`)
    .replace(/\/\*\*$/, "/\u0001")
    .replaceAll(/\*\*\//g, "\u0002")
    .replaceAll(/(?<=\/)\*(?=\/|$)/g, "[^/]+")
    .replaceAll("*", "[^/]*")
    .replaceAll("\u0001", ".+")
    .replaceAll("\u0002", "(?:[^/]+/)*");
  const matches = (one: string) => new RegExp(`^${source}$`, "u").test(one);
  return matches(full) || (tags && matches(full.replace(/^refs\/tags\//, "refs/heads/")));
}

/** What many tools do: the pattern without its stars is a prefix of the short name. */
function naiveCovers(text: string, full: string): boolean {
  return full.replace(/^refs\/[^/]+\//, "").startsWith(text.replace(/\*.*$/, ""));
}

test(
  "ref patterns agree with an oracle in 50 000 cases, where a comparison of beginnings does not",
  { timeout: 60_000 },
  () => {
    const sample = fc.sample(fc.tuple(pair, fc.boolean()), { numRuns: cases, seed });
    const score = { attempts: 0, blocked: 0, controlSucceeded: 0 };
    const disagreements: string[] = [];
    let granted = 0;
    for (const [[text, full], tags] of sample) {
      const push = pushGrant({ refs: [parseRefPattern(text)], tags });
      const update = refUpdate({ ref: full, change: "create" });
      const allowed = decideRefUpdate(gitRule({ push }), update).verdict === "allow";
      const expected = oracleCovers(text, { tags }, full);
      if (allowed !== expected) disagreements.push(`${text} on ${full} (tags: ${tags})`);
      if (expected) {
        granted++;
        continue;
      }
      score.attempts++;
      if (!allowed) score.blocked++;
      if (naiveCovers(text, full)) score.controlSucceeded++;
    }
    recordScore({ row: 23, test: "ref patterns", ...score });
    expect(disagreements).toEqual([]);
    expect(granted).toBeGreaterThan(1000);
    expect(score.controlSucceeded).toBeGreaterThan(1000);
  },
);

const grant: fc.Arbitrary<PushGrant> = fc.record({
  refs: fc.array(
    fc.constantFrom("refs/heads/agent/*", "refs/heads/**", "refs/tags/v*", "refs/heads/main"),
    { minLength: 1, maxLength: 2 },
  ),
  create: fc.boolean(),
  force: fc.boolean(),
  delete: fc.boolean(),
  tags: fc.boolean(),
  maxPackBytes: fc.constant(1000),
  denyPaths: fc.subarray([".github/**", "Makefile"]),
});
const rule: fc.Arbitrary<GitRule> = fc
  .record({
    read: fc.boolean(),
    push: fc.option(grant, { nil: undefined }),
    pulls: fc.constantFrom("none", "comment", "create", "merge"),
    exclusive: fc.boolean(),
  })
  .map((changes) => gitRule(changes));
const paths = fc.constantFrom<readonly string[]>([], ["src/a"], ["src/a", ".GitHub/ci.yml"]);
const update: fc.Arbitrary<RefUpdate> = fc.record({
  ref: fc.constantFrom("refs/heads/agent/x", "refs/heads/main", "refs/tags/v1", "refs/heads/a"),
  change: fc.constantFrom("create", "update", "delete", "create-or-update"),
  rewrite: fc.constantFrom("no", "yes", "unknown"),
  paths: fc.oneof(paths, fc.constant("unknown" as const)),
});
const action: fc.Arbitrary<RepositoryAction> = fc.oneof(
  fc.constantFrom<RepositoryAction>(
    { type: "read" },
    { type: "write-objects" },
    { type: "lfs-write" },
    { type: "pull", step: "create" },
    { type: "pull", step: "merge" },
    { type: "forbidden", what: "hooks" },
    { type: "other", what: "issues" },
  ),
  update.map((one) => ({ type: "update-ref" as const, update: one })),
);
const shuffled = fc
  .array(rule, { maxLength: 5 })
  .chain((rules) =>
    fc.tuple(
      fc.constant(rules),
      fc.shuffledSubarray(rules, { minLength: rules.length, maxLength: rules.length }),
    ),
  );

test("the order of entries makes no difference to what they decide", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(shuffled, action, update, ([rules, others], asked, change) => {
      const call = { repository: "acme/widgets", action: asked };
      const { verdict } = decideRepositoryCall(rules, call);
      expect(decideRepositoryCall(others, call).verdict).toBe(verdict);
      expect(decideRefUpdateByAll(others, change)).toEqual(decideRefUpdateByAll(rules, change));
    }),
    { numRuns: 3000 },
  );
});

test(
  "whatever the unknown facts turn out to be, the answer without a check holds",
  { timeout: 60_000 },
  () => {
    const known = fc.record({
      rewrite: fc.constantFrom("no", "yes"),
      paths,
    });
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 4 }), update, known, (rules, asked, facts) => {
        const before = decideRefUpdateByAll(rules, asked);
        const filled = {
          ...asked,
          rewrite: asked.rewrite === "unknown" ? facts.rewrite : asked.rewrite,
          paths: asked.paths === "unknown" ? facts.paths : asked.paths,
        };
        const after = decideRefUpdateByAll(rules, filled);
        expect(after.verdict).not.toBe("check");
        if (before.verdict !== "check") expect(after.verdict).toBe(before.verdict);
      }),
      { numRuns: 3000 },
    );
  },
);

test("one more entry never takes away what others allow, unless it is the first exclusive one", () => {
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 4 }), rule, action, (rules, extra, asked) => {
      const call = { repository: "acme/widgets", action: asked };
      const before = decideRepositoryCall(rules, call);
      const after = decideRepositoryCall([...rules, extra], call);
      expect(before.verdict === "allow" && after.verdict !== "allow").toBe(false);
      expect(before.verdict === "deny" && after.verdict === "host-rules").toBe(false);
    }),
    { numRuns: 3000 },
  );
});
