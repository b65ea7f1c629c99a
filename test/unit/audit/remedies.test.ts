import fc from "fast-check";
import { expect, test } from "vitest";
import type { RequestDecisionEvent } from "../../../src/audit/audit-event.ts";
import { createRemedies, remedyLine } from "../../../src/audit/remedies.ts";
import { parseRule } from "../../../src/policy/parse-rule.ts";
import { decisionOf } from "../../support/audit-fixture.ts";

function rulesFor(...refused: readonly Partial<RequestDecisionEvent>[]): readonly string[] {
  const remedies = createRemedies();
  for (const [index, changes] of refused.entries()) {
    const fact = { verdict: "deny", reason: "host-not-allowed", path: "/a" } as const;
    remedies.add(decisionOf(index + 1, { ...fact, ...changes }));
  }
  return remedies.current().map(({ rule }) => rule);
}

test("what was refused can be allowed by a rule that is no wider than what was asked for", () => {
  expect(rulesFor({})).toEqual(["GET https://api.example.com/a"]);
  expect(rulesFor({ method: "POST", port: 8443 })).toEqual(["POST https://api.example.com:8443/a"]);
  expect(rulesFor({ scheme: "http", port: 80 })).toEqual(["GET http://api.example.com/a"]);
  expect(rulesFor({ reason: "websocket-not-allowed" })).toEqual(["GET wss://api.example.com/a"]);
  expect(rulesFor({ method: "CONNECT", path: "" })).toEqual(["api.example.com"]);
  expect(rulesFor({ method: "TLS", path: "", port: 8443 })).toEqual(["api.example.com:8443"]);
});

test("what a request would have done to another path is what is proposed", () => {
  const others = [{ method: "PUT", path: "/b" }];
  expect(rulesFor({ method: "COPY", reason: "path-not-allowed", others })).toEqual([
    "PUT https://api.example.com/b",
  ]);
});

test("an address that isn't public is proposed with the way to it, and what no rule reaches not at all", () => {
  const remedies = createRemedies();
  const fact = { verdict: "deny", reason: "host-not-allowed", path: "/a" } as const;
  const hosts = ["10.1.2.3", "fd12::1", "203.0.113.7", "0.0.0.0", "169.254.169.254", "fe80::1"];
  for (const host of [...hosts, "localhost", "github-work"]) {
    remedies.add(decisionOf(1, { ...fact, host, scheme: "http", port: 80 }));
  }
  expect(remedies.current().map(({ rule, connectTo }) => [rule, connectTo])).toEqual([
    ["GET http://10.1.2.3/a", "10.1.2.3:80:10.1.2.3:80"],
    ["GET http://[fd12::1]/a", "[fd12::1]:80:[fd12::1]:80"],
  ]);
});

test("several paths of one host and method are one rule, and the most wanted comes first", () => {
  const other = { host: "b.example.com" };
  expect(rulesFor({}, other, { ...other, path: "/b" })).toEqual([
    "GET https://b.example.com/**",
    "GET https://api.example.com/a",
  ]);
});

test("nothing is proposed for what a rule denies, what no rule would change and what was flagged", () => {
  expect(rulesFor({ reason: "denied-by-rule" })).toEqual([]);
  expect(rulesFor({ reason: "authority-mismatch" })).toEqual([]);
  expect(rulesFor({ flags: ["placeholder-at-wrong-host"] })).toEqual([]);
  expect(rulesFor({ verdict: "allow" })).toEqual([]);
});

test("the line names three rules at most", () => {
  const hosts = ["a.example", "b.example", "c.example", "d.example"].map((host) => ({ host }));
  const remedies = createRemedies();
  for (const { host } of hosts) {
    remedies.add(decisionOf(1, { verdict: "deny", reason: "host-not-allowed", host, path: "/" }));
  }
  expect(remedyLine(remedies.current())).toBe(
    "allow: vaultbox run --allow 'GET https://a.example/' --allow 'GET https://b.example/' --allow 'GET https://c.example/' …",
  );
  expect(remedyLine([])).toBeUndefined();
});

test("whatever the sandbox asked for, the rule is safe in a shell's quotes and is a rule", () => {
  const part = fc.oneof(
    fc.string({ unit: "binary", maxLength: 20 }),
    fc.stringMatching(/^[-a-z0-9.'"$`\\ *;/:]{0,20}$/),
  );
  let proposed = 0;
  fc.assert(
    fc.property(part, part, part, (method, host, path) => {
      const asked = { method, host: `${host}example.com`, path: `/${path}` };
      for (const rule of rulesFor(asked, { ...asked, method: "GET" }, { path: `/${path}` })) {
        proposed += 1;
        expect(rule).toMatch(/^[A-Za-z0-9 :/.[\]_~@*-]+$/);
        expect(() => parseRule(rule, { source: { kind: "flag", label: "--allow" } })).not.toThrow();
      }
    }),
    { numRuns: 2000 },
  );
  expect(proposed).toBeGreaterThan(1000);
});
