import fc from "fast-check";
import { expect, test } from "vitest";
import { compilePolicy, decide, decideTunnel } from "../../../src/policy/decide.ts";
import type { GitRule } from "../../../src/git/entry/git-rule.ts";
import { gitRule, pushGrant, toGroups } from "../../support/git-rule.ts";
import { hashPolicy } from "../../../src/policy/file/policy-hash.ts";
import type { Decision, EgressRequest, Rule } from "../../../src/policy/policy.ts";

const method = fc.constantFrom("GET", "POST", "DELETE");
const path = fc.constantFrom("/", "/a", "/a/b", "/a/b/c", "/b");
const host = fc.constantFrom("example.com", "api.example.com", "x.api.example.com", "example.net");
const rule: fc.Arbitrary<Rule> = fc.record({
  effect: fc.constantFrom("allow", "deny"),
  scheme: fc.constantFrom("https", "http"),
  host: fc.record({ kind: fc.constantFrom("exact", "subdomains"), host }),
  port: fc.constantFrom(443, 80),
  methods: fc.oneof(fc.constant("any" as const), fc.uniqueArray(method, { minLength: 1 })),
  path: fc.oneof(
    fc.constant("any" as const),
    fc
      .constantFrom("/a", "/a/*", "/a/**", "/**/c", "/")
      .map((text) => ({ text, segments: text.slice(1).split("/") })),
  ),
  websocket: fc.boolean(),
  clientCredentials: fc.constantFrom("refuse", "pass"),
  source: fc.constant({ kind: "flag", label: "--allow" }),
});
const request: fc.Arbitrary<EgressRequest> = fc.record({
  scheme: fc.constantFrom("https", "http"),
  host,
  port: fc.constantFrom(443, 80),
  method,
  path,
  websocket: fc.boolean(),
});
const shuffled = fc
  .array(rule, { maxLength: 12 })
  .chain((rules) =>
    fc.tuple(
      fc.constant(rules),
      fc.shuffledSubarray(rules, { minLength: rules.length, maxLength: rules.length }),
    ),
  );

/** What a client notices of a decision. */
function toOutcome(decision: Decision): readonly string[] {
  return decision.verdict === "allow"
    ? ["allow", decision.rule.clientCredentials]
    : ["deny", decision.reason];
}

test(
  "a prohibition that matches wins over every grant, for every order of the rules",
  { timeout: 60_000 },
  () => {
    fc.assert(
      fc.property(shuffled, request, ([rules, others], asked) => {
        const decision = decide({ rules, limits: {} }, asked);
        const isDenied = rules.some((one) => {
          const alone = decide({ rules: [one], limits: {} }, asked);
          return alone.verdict === "deny" && alone.reason === "denied-by-rule";
        });
        const isGranted = rules.some(
          (one) => decide({ rules: [one], limits: {} }, asked).verdict === "allow",
        );
        expect(decision.verdict).toBe(isGranted && !isDenied ? "allow" : "deny");
        expect(isDenied).toBe("reason" in decision && decision.reason === "denied-by-rule");
        expect(toOutcome(decide({ rules: others, limits: {} }, asked))).toEqual(
          toOutcome(decision),
        );
      }),
      { numRuns: 3000 },
    );
  },
);

test(
  "one more prohibition never allows anything, and an allowed request always has a tunnel",
  { timeout: 60_000 },
  () => {
    fc.assert(
      fc.property(fc.array(rule, { maxLength: 8 }), rule, request, (rules, extra, asked) => {
        const before = decide({ rules, limits: {} }, asked);
        const after = decide(
          { rules: [...rules, { ...extra, effect: "deny" }], limits: {} },
          asked,
        );
        expect(before.verdict === "deny" && after.verdict === "allow").toBe(false);
        const tunnel = decideTunnel(compilePolicy({ rules, limits: {} }), asked);
        expect(before.verdict === "allow" && tunnel.verdict === "deny").toBe(false);
      }),
      { numRuns: 3000 },
    );
  },
);

test("the hash names what a policy allows: order, repetition and origin make no difference", () => {
  fc.assert(
    fc.property(shuffled, ([rules, others]) => {
      const elsewhere = others.map((one) => ({
        ...one,
        source: { kind: "user" as const, label: "preferences" },
      }));
      const hash = hashPolicy({ rules, limits: {} });
      expect(hashPolicy({ rules: [...elsewhere, ...rules], limits: {} })).toBe(hash);
      expect(hashPolicy({ rules, limits: { requests: 1 } })).not.toBe(hash);
    }),
  );
});

test("the hash names what git entries allow, and changes with every field of them", () => {
  const hash = (...git: readonly GitRule[]) =>
    hashPolicy({ rules: [], entries: toGroups(git), limits: {} });
  const plain = gitRule({ push: pushGrant({ refs: ["refs/heads/a", "refs/heads/b"] }) });
  const same = gitRule({
    push: pushGrant({ refs: ["refs/heads/b", "refs/heads/a"] }),
    repository: "ACME/Widgets",
    source: { kind: "project", label: "vaultbox.yaml:3" },
  });
  expect(hash()).toBe(hashPolicy({ rules: [], limits: {} }));
  expect(hash(same, plain)).toBe(hash(plain));
  const others = [
    gitRule(),
    ...(
      [
        { forge: "generic" },
        { scheme: "http" },
        { host: "example.com" },
        { port: 8443 },
        { repository: "acme/*" },
        { read: false },
        { pulls: "merge" },
        { lfsHosts: ["example.com"] },
        { exclusive: false },
      ] as const
    ).map((changes) => gitRule({ push: plain.push, ...changes })),
    ...(
      [
        { refs: ["refs/heads/a"] },
        { create: false },
        { force: true },
        { delete: true },
        { tags: true },
        { maxPackBytes: 1 },
        { denyPaths: ["a"] },
      ] as const
    ).map((changes) =>
      gitRule({ push: { ...pushGrant(), refs: plain.push?.refs ?? [], ...changes } }),
    ),
  ];
  const hashes = [hash(), hash(plain), ...others.map((one) => hash(one))];
  expect(new Set(hashes).size).toBe(hashes.length);
});
