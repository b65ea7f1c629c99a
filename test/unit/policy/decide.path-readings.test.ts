import { expect, test } from "vitest";
import { decide } from "../../../src/policy/decide.ts";
import { parseRule } from "../../../src/policy/parse-rule.ts";
import { createAuthoriser } from "../../../src/proxy/decide/authorise.ts";
import { parseTarget } from "../../../src/http/target.ts";
import { makeCredential, makeRequest } from "../../support/credential-fixtures.ts";
import { recordScore } from "../../support/scoreboard.ts";

const source = { kind: "flag", label: "--allow" } as const;

function verdict(rules: { allow: readonly string[]; deny?: readonly string[] }, written: string) {
  const parse = (effect: "allow" | "deny") => (path: string) =>
    parseRule(`GET https://a.test${path}`, { source, effect });
  const all = [
    ...rules.allow.map(parse("allow")),
    ...(rules.deny ?? []).map((path) => parse("deny")(path)),
  ];
  const { path, readings } = parseTarget("GET", written);
  const place = { scheme: "https", host: "a.test", port: 443, method: "GET" } as const;
  return decide({ rules: all, limits: {} }, { ...place, path, readings, websocket: false }).verdict;
}

test.each([
  ["/**", "/a%2Fb", "allow"],
  ["/files/**", "/files/a%2Fb", "allow"],
  ["/files/*", "/files/a%2Fb", "deny"],
  ["/files/*/*", "/files/a%2Fb", "deny"],
  ["/files/a/b", "/files/a%2Fb", "deny"],
  ["/files/**", "/files%2Fa", "deny"],
  ["/debian/**", "/debian/./Packages", "allow"],
  ["/debian/Packages", "/debian/./Packages", "deny"],
  ["/debian/*/Packages", "/debian/./Packages", "deny"],
  ["/v1/**", "/v1//models", "allow"],
  ["/v1/models", "/v1//models", "deny"],
  ["/v1/*/models", "/v1//models", "deny"],
  ["/pub/*", "/pub/caf%E9", "allow"],
  ["/pub/caf*", "/pub/caf%e9", "allow"],
  ["/pub/caf%C3%A9", "/pub/caf%E9", "deny"],
  ["/pub/caf", "/pub/caf%E9", "deny"],
  ["/u/~a/*", "/u/%7ea/x", "allow"],
  ["/u/%C3%BC", "/u/%c3%bc", "allow"],
  ["/u/%C3%BC", "/u/\xc3\xbc", "allow"],
  ["/@s/*", "/@s%2fname", "allow"],
  ["/labels/*", "/labels/C%23", "allow"],
  ["/labels/C%23", "/labels/C%23", "allow"],
  ["/labels/C%23*", "/labels/C%23x", "allow"],
  ["/labels/C%23", "/labels/C", "deny"],
  ["/labels/C%23*/z", "/labels/C%23x%3F/z", "deny"],
  ["/v1/m;v=*/x", "/v1/m;v=2/x", "allow"],
  ["/v1/m;v=*/x", "/v1/m/x", "deny"],
  ["/v1/m;v=*/x", "/v1/m;v=%3F/x", "deny"],
  ["/files/*.txt", "/files/key;.txt", "deny"],
  ["/files/*.txt", "/files/key%3F.txt", "deny"],
  ["/files/*.txt", "/files/a.txt;v=1.txt", "allow"],
] as const)(
  "with the rule %s a path is allowed when all of its readings are: %s",
  (rule, path, is) => {
    expect(verdict({ allow: [rule] }, path)).toBe(is);
  },
);

const denied = [
  ["/admin/**", "/admin%2Fx"],
  ["/admin/**", "/ADMIN%2fx"],
  ["/admin/**", "/./admin/x"],
  ["/a/admin/**", "/a//admin/x"],
  ["/a/admin", "/a/./admin"],
  ["/a/admin", "/a%2Fadmin"],
  ["/admin/**", "/ad%E9min/x"],
  ["/caf%C3%A9/**", "/caf%e9/x"],
  ["/p/*/variables", "/p/acme%2Fw/variables"],
  ["/api/v4/projects/*/variables", "/api/v4/projects/acme%2Fw/variables"],
  ["/api/v4/projects/acme/w/**", "/api/v4/projects/acme%2Fw/variables"],
  ["/admin", "/admin%3Fx"],
  ["/admin/**", "/admin%23/x"],
  ["/admin/x", "/a%64min/x%3fy/z"],
] as const;

test.each(denied)(
  "the rule %s denies a path when one of its readings is: %s [row 8]",
  (rule, path) => {
    expect(verdict({ allow: ["/**"], deny: [rule] }, path)).toBe("deny");
    expect(verdict({ allow: ["/**"] }, path)).toBe("allow");
    const test = `prohibitions of one reading: ${rule}, ${path}`;
    recordScore({ row: 8, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
  },
);

test.each([
  ["/v1/a%2Fb", true],
  ["/v1//a", true],
  ["/v1/./a", true],
  ["/v1/caf%E9", true],
  ["/v1%2Fa", false],
  ["/v1x//a", false],
  ["/./v1/a", false],
])("a credential for /v1 is used at %s: %s", (written, used) => {
  const credential = makeCredential({ type: "bearer" }, { pathPrefix: "/v1" });
  const { path, readings } = parseTarget("GET", written);
  const request = makeRequest([], { path, readings, rawTarget: written });
  expect(createAuthoriser([credential])(request).plan[0]?.credential === credential).toBe(used);
});
