import fc from "fast-check";
import { expect, test } from "vitest";
import { decide } from "../../../src/policy/decide.ts";
import { parseRule } from "../../../src/policy/parse-rule.ts";
import type { EgressRequest, RuleSource } from "../../../src/policy/policy.ts";
import { recordScore } from "../../support/scoreboard.ts";

const source: RuleSource = { kind: "flag", label: "--allow" };
const cases = 100_000;

function request(host: string): EgressRequest {
  return { scheme: "https", host, port: 443, method: "GET", path: "/", websocket: false };
}

/** Written from the documentation and not from the code: labels from the right, one by one. */
function oracleAllows(pattern: string, host: string): boolean {
  const toLabels = (name: string) => name.toLowerCase().replace(/\.$/, "").split(".").reverse();
  const labels = toLabels(host);
  if (labels.includes("")) return false;
  const wanted = toLabels(pattern);
  const isWildcard = wanted.at(-1) === "*";
  if (isWildcard) wanted.pop();
  for (const [index, label] of wanted.entries()) if (labels[index] !== label) return false;
  return isWildcard ? labels.length > wanted.length : labels.length === wanted.length;
}

/** What many tools do. */
function naiveAllows(pattern: string, host: string): boolean {
  return host.toLowerCase().endsWith(pattern.toLowerCase().replace(/^\*\./, ""));
}

// Few labels, so that a good part of the cases is a near miss
const label = fc.constantFrom("a", "b", "api", "evilapi", "example", "evilexample", "com", "net");
const name = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => labels.join("."));
const spelt = fc
  .tuple(name, fc.boolean(), fc.constantFrom("", "."))
  .map(([text, isUpper, dot]) => `${isUpper ? text.toUpperCase() : text}${dot}`);
const pattern = fc.tuple(fc.boolean(), spelt).map(([wild, text]) => (wild ? `*.${text}` : text));
const nearMiss = fc
  .tuple(pattern, label, fc.constantFrom("exact", "below", "glued", "above", "dotted"))
  .map(([text, extra, kind]) => {
    const host = text.replace(/^\*\./, "");
    const hosts = {
      exact: host,
      below: `${extra}.${host}`,
      glued: `${extra}${host}`,
      above: `${host.replace(/\.$/, "")}.${extra}`,
      dotted: `.${host}`,
    };
    return [text, hosts[kind]] as const;
  });

test(
  "host rules agree with an oracle in 100 000 cases, where a suffix comparison does not",
  { timeout: 60_000 },
  () => {
    const seed = Number(process.env["VAULTBOX_TEST_SEED"] ?? 20_261_121);
    const pairs = fc.sample(fc.oneof(fc.tuple(pattern, spelt), nearMiss), { numRuns: cases, seed });
    const disagreements: string[] = [];
    let attempts = 0;
    let blocked = 0;
    let naive = 0;
    for (const [text, host] of pairs) {
      const allowed = decide({ rules: [parseRule(text, { source })], limits: {} }, request(host));
      const isAllowed = allowed.verdict === "allow";
      const expected = oracleAllows(text, host);
      if (isAllowed !== expected) disagreements.push(`${text} on ${host}`);
      if (expected) continue;
      attempts++;
      if (!isAllowed) blocked++;
      if (naiveAllows(text, host)) naive++;
    }
    recordScore({ row: 5, test: "host rules", attempts, blocked, controlSucceeded: naive });
    expect(disagreements).toEqual([]);
    expect(pairs).toHaveLength(cases);
    expect(attempts).toBeGreaterThan(cases / 4);
    expect(naive).toBeGreaterThan(1000);
  },
);

test("letter case and a trailing dot make no difference to a host rule", () => {
  fc.assert(
    fc.property(pattern, name, (text, host) => {
      const verdict = (ruleText: string, asked: string) =>
        decide({ rules: [parseRule(ruleText, { source })], limits: {} }, request(asked)).verdict;
      const plain = verdict(text.toLowerCase(), host);
      expect(verdict(text.toUpperCase(), host)).toBe(plain);
      expect(verdict(text, `${host.toUpperCase()}.`)).toBe(plain);
    }),
  );
});
