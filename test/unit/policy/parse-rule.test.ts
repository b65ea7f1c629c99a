import { expect, test } from "vitest";
import {
  formatRule,
  parseOrigin,
  parseRule,
  parseRuleOfHost,
} from "../../../src/policy/parse-rule.ts";
import type { RuleSource } from "../../../src/policy/policy.ts";

const source: RuleSource = { kind: "flag", label: "--allow" };

test("a bare host is reading over https without credential headers", () => {
  expect(parseRule("Docs.Example.COM.", { source })).toEqual({
    effect: "allow",
    scheme: "https",
    host: { kind: "exact", host: "docs.example.com" },
    port: 443,
    methods: ["GET", "HEAD"],
    path: "any",
    websocket: false,
    clientCredentials: "refuse",
    source,
  });
});

test.each([
  ["example.com", "GET,HEAD https://example.com/**"],
  ["example.com:8443", "GET,HEAD https://example.com:8443/**"],
  ["*.example.com", "GET,HEAD https://*.example.com/**"],
  ["https://example.com/a/b", "GET,HEAD https://example.com/a/b"],
  ["POST,GET example.com/v1/*", "GET,POST https://example.com/v1/*"],
  ["*  https://example.com", "* https://example.com/**"],
  ["GET http://example.com:8080/", "GET http://example.com:8080/"],
  ["GET HTTPS://example.com:443/x", "GET https://example.com/x"],
  ["GET wss://example.com/live", "GET wss://example.com/live"],
  ["203.0.113.7", "GET,HEAD https://203.0.113.7/**"],
  ["[2001:DB8:0:0::1]:8443", "GET,HEAD https://[2001:db8::1]:8443/**"],
  ["GET xn--bcher-kva.example/%7euser/%c3%a9", "GET https://xn--bcher-kva.example/~user/%C3%A9"],
  ["GET bucket_1.example.com/@scope/**", "GET https://bucket_1.example.com/@scope/**"],
])("%j reads as %s, and that text reads as the same rule", (text, formatted) => {
  const rule = parseRule(text, { source });
  expect(formatRule(rule)).toBe(formatted);
  expect(parseRule(formatted, { source })).toEqual(rule);
});

test.each([
  ["", "write a host"],
  ["GET", "write the URL after the methods"],
  ["get https://example.com", "write GET"],
  ["GET, POST https://example.com", "write a host"],
  ["GET,https://example.com", "letters, digits"],
  ["CONNECT https://example.com", "CONNECT"],
  ["*", "no rule for every host"],
  ["GET https://*/x", "no rule for every host"],
  ["*.com", "at least two labels"],
  ["api.*.example.com", "only for whole labels at the beginning"],
  ["*example.com", "only for whole labels at the beginning"],
  ["*.203.0.113.7", "an address has no subdomains"],
  ["2001:db8::1", "[2001:db8::1]"],
  ["[fe80::1%eth0]", "zone"],
  ["127.1", "four decimal numbers"],
  ["0x7f000001", "four decimal numbers"],
  ["2130706433", "four decimal numbers"],
  ["bücher.example", "xn--"],
  ["exa mple.com evil", "write a host"],
  ["a..example.com", "empty label"],
  ["-a.example.com", "inner hyphens"],
  [`${"a.".repeat(130)}com`, "longer than 253"],
  ["user@example.com", "user name"],
  ["example.com?x=1", "query strings"],
  ["GET https://example.com/x?y=1", "query strings"],
  ["GET https://example.com/x#y", "fragment"],
  ["ftp://example.com", "write https or http"],
  ["example.com:0", "1 to 65535"],
  ["example.com:65536", "1 to 65535"],
  ["example.com:", "1 to 65535"],
  ["example.com:1-65535", "1 to 65535"],
  ["GET https://example.com/a/../b", "a . or .. segment"],
  ["GET https://example.com/a/%2e%2E/b", "a . or .. segment"],
  ["GET https://example.com//a", "empty segment"],
  ["GET https://example.com/a%2fb", "write a slash"],
  ["GET https://example.com/a%5cb", "backslash"],
  ["GET https://example.com/a%2Ab", "a literal *"],
  ["GET https://example.com/a%252e", "escaped again"],
  ["GET https://example.com/a%0ab", "control character"],
  ["GET https://example.com/a%zz", "two hex digits"],
  ["GET https://example.com/a**", "only for whole segments"],
  ["GET https://example.com/é", "percent-encoded"],
  ["preset:npm", "its own entry"],
  ["example.com\u0000", "xn--"],
])("%j is refused and the message says what to write: %s", (text, part) => {
  expect(() => parseRule(text, { source })).toThrow(part);
});

test.each([
  ["GET /v1/**", "GET https://api.example.com:8443/v1/**"],
  ["/v1", "GET,HEAD https://api.example.com:8443/v1"],
  ["POST", "POST https://api.example.com:8443/**"],
  ["*", "* https://api.example.com:8443/**"],
  ["GET http://api.example.com/plain", "GET http://api.example.com/plain"],
])("below a host, %j reads as %s", (text, formatted) => {
  const origin = parseOrigin("api.example.com:8443");
  expect(formatRule(parseRuleOfHost(text, origin, { source }))).toBe(formatted);
});

test("below a host, another host is refused", () => {
  const origin = parseOrigin("api.example.com");
  expect(() => parseRuleOfHost("GET https://evil.example.net/x", origin, { source })).toThrow(
    "another host",
  );
});

test("a prohibition without methods covers every method", () => {
  const origin = parseOrigin("api.example.com");
  expect(parseRuleOfHost("/admin/**", origin, { source, effect: "deny" }).methods).toBe("any");
  expect(parseRule("api.example.com", { source, effect: "deny" }).methods).toBe("any");
});
