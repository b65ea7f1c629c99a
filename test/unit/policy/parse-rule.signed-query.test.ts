import { expect, test } from "vitest";
import { decide } from "../../../src/policy/decide.ts";
import { formatRule, parseRule, parseRuleOfHost } from "../../../src/policy/parse-rule.ts";
import type { Rule } from "../../../src/policy/policy.ts";

const source = { kind: "flag", label: "--allow" } as const;
const read = (text: string, effect: "allow" | "deny" = "allow"): Rule =>
  parseRule(text, { source, effect });

test.each([
  ["GET https://a.example/x/**?*", "GET https://a.example/x/**?*"],
  ["a.example?*", "GET,HEAD https://a.example/**?*"],
  ["HEAD https://a.example:8443/f?*", "HEAD https://a.example:8443/f?*"],
])("%s lets a signed query pass, and is written so again", (text, written) => {
  expect(read(text).clientCredentials).toBe("query");
  expect(formatRule(read(text))).toBe(written);
  expect(read(formatRule(read(text)))).toEqual(read(text));
});

test("it stands below a host of a file too", () => {
  const { scheme, host, port } = read("a.example");
  const rule = parseRuleOfHost("GET /x/**?*", { scheme, host, port }, { source });
  expect(formatRule(rule)).toBe("GET https://a.example/x/**?*");
});

test.each([
  ["POST https://a.example/**?*", "allow", "for GET and HEAD only"],
  ["* https://a.example/**?*", "allow", "for GET and HEAD only"],
  ["https://a.example/**?*", "deny", "a prohibition covers every query"],
  ["GET https://a.example/**?x=1", "allow", "query strings are never part of a pattern"],
  ["GET https://a.example/a?*b", "allow", "query strings are never part of a pattern"],
] as const)("%s is no rule (%s)", (text, effect, why) => {
  expect(() => read(text, effect)).toThrow(why);
});

test.each(["first", "last"])(
  "of two rules that allow a request, the one that lets a signed query pass is the one that counts, and it comes %s",
  (place) => {
    const request = {
      scheme: "https",
      host: "a.example",
      port: 443,
      method: "GET",
      path: "/x",
      websocket: false,
    } as const;
    const [plain, signed] = [read("a.example"), read("a.example?*")];
    const rules = place === "first" ? [signed, plain] : [plain, signed];
    expect(decide({ rules, limits: {} }, request)).toMatchObject({
      verdict: "allow",
      rule: { clientCredentials: "query" },
    });
  },
);
