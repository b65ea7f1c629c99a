import { describe, expect, test } from "vitest";
import { gitEntries } from "../../../src/git/entry/git-entries.ts";
import type { GitRule } from "../../../src/git/entry/git-rule.ts";
import { compilePolicy, decide, decideTunnel, isDeniedByRule } from "../../../src/policy/decide.ts";
import { gitRule, toGroups } from "../../support/git-rule.ts";
import type { EgressPolicy, EgressRequest, Rule } from "../../../src/policy/policy.ts";

function rule(changes: Partial<Rule> = {}): Rule {
  return {
    effect: "allow",
    scheme: "https",
    host: { kind: "exact", host: "api.example.com" },
    port: 443,
    methods: ["GET", "HEAD"],
    path: "any",
    websocket: false,
    clientCredentials: "refuse",
    source: { kind: "flag", label: "--allow" },
    ...changes,
  };
}

function policy(...rules: readonly Rule[]): EgressPolicy {
  return { rules, limits: {} };
}

function request(changes: Partial<EgressRequest> = {}): EgressRequest {
  return {
    scheme: "https",
    host: "api.example.com",
    port: 443,
    method: "GET",
    path: "/",
    websocket: false,
    ...changes,
  };
}

function path(text: string): Rule["path"] {
  return { text, segments: text.slice(1).split("/") };
}

test("an empty policy refuses every request with the reason of the host", () => {
  expect(decide(policy(), request())).toEqual({ verdict: "deny", reason: "host-not-allowed" });
});

test.each([
  ["another host", { host: "other.example.com" }, "host-not-allowed"],
  ["a suffix without a dot", { host: "evilapi.example.com" }, "host-not-allowed"],
  ["another port", { port: 8443 }, "port-not-allowed"],
  ["another scheme", { scheme: "http" }, "scheme-not-allowed"],
  ["a WebSocket", { websocket: true }, "websocket-not-allowed"],
  ["another method", { method: "POST" }, "method-not-allowed"],
  ["another path", { path: "/v2" }, "path-not-allowed"],
] as const)("a refusal for %s says which step failed", (_, changes, reason) => {
  const rules = policy(rule({ path: path("/v1/**") }));
  expect(decide(rules, request({ path: "/v1/x", ...changes }))).toEqual({
    verdict: "deny",
    reason,
  });
});

test("the reason is that of the rule that came furthest", () => {
  const rules = policy(rule({ port: 8443 }), rule({ path: path("/v1") }), rule({ scheme: "http" }));
  expect(decide(rules, request())).toMatchObject({ reason: "path-not-allowed" });
});

test("a wildcard covers every subdomain, and neither the apex nor a look-alike", () => {
  const rules = policy(rule({ host: { kind: "subdomains", host: "example.com" } }));
  const verdict = (host: string) => decide(rules, request({ host })).verdict;
  expect(["a.example.com", "a.b.example.com", "A.Example.COM."].map(verdict)).toEqual(
    Array(3).fill("allow"),
  );
  const refused = [
    "example.com",
    "evilexample.com",
    "example.com.evil.net",
    ".example.com",
    "a..example.com",
    "",
  ];
  expect(refused.map(verdict)).toEqual(Array(refused.length).fill("deny"));
});

test("a deny rule beats an exact allow rule and names itself", () => {
  const prohibition = rule({ effect: "deny", methods: "any", path: path("/admin/**") });
  const rules = policy(rule(), prohibition);
  expect(decide(rules, request({ path: "/admin/users" }))).toEqual({
    verdict: "deny",
    reason: "denied-by-rule",
    rule: prohibition,
  });
  expect(decide(rules, request({ path: "/administrator" })).verdict).toBe("allow");
});

test.each([
  "/Admin",
  "/admin/",
  "/admin;x=1",
  "/%61dmin",
  "/x%2F..%2Fadmin",
  "/admin%2Fusers",
  "/x/..;/admin",
  "/%2561dmin",
])("a deny rule for /admin/** is not escaped by writing %s", (text) => {
  const rules = policy(rule(), rule({ effect: "deny", methods: "any", path: path("/admin/**") }));
  expect(decide(rules, request({ path: text })).verdict).toBe("deny");
});

test.each([
  ["/repos/acme/**", "/repos/acme", true],
  ["/repos/acme/**", "/repos/acme/", true],
  ["/repos/acme/**", "/repos/acme/a/b/c", true],
  ["/repos/acme/**", "/repos/acmecorp/a", false],
  ["/repos/acme/**", "/repos/acme/..%2F..%2Fother", false],
  ["/repos/acme/**", "/repos/acme/%252e%252e/x", false],
  ["/repos/acme/**", "/repos/acme/..;/x", false],
  ["/repos/acme/**", "/Repos/acme/x", false],
  ["/a/*", "/a/", false],
  ["/a/*", "/a/b", true],
  ["/a/*", "/a/b/c", false],
  ["/a/*", "/a/b%2Fc", true],
  ["/a/x-*-z.tgz", "/a/x-y-z.tgz", true],
  ["/a/x-*-z.tgz", "/a/x-z.tgz", false],
  ["/a/*b*b*c", "/a/bbc", true],
  ["/a/*b*b*c", "/a/bc", false],
  ["/**/b/**/c", "/a/b/b/x/c", true],
  ["/**/b/**/c", "/a/b/b/x/d", false],
  ["/", "/", true],
  ["/", "/x", false],
  ["/**", "/", true],
])("the pattern %s on the path %s: %s", (pattern, text, allowed) => {
  const rules = policy(rule({ path: path(pattern) }));
  expect(decide(rules, request({ path: text })).verdict).toBe(allowed ? "allow" : "deny");
});

describe("among matching rules the one that lets client credentials pass decides, in any order", () => {
  const pass = rule({ clientCredentials: "pass", methods: "any" });

  test.each(["first", "last"])("it comes %s", (place) => {
    const rules = place === "first" ? policy(pass, rule()) : policy(rule(), pass);
    expect(decide(rules, request())).toEqual({ verdict: "allow", rule: pass });
  });
});

test("a tunnel opens only where some request could be allowed", () => {
  const compiled = compilePolicy(
    policy(
      rule({ methods: ["POST"], path: path("/one") }),
      rule({ host: { kind: "exact", host: "closed.example.com" } }),
      rule({ host: { kind: "subdomains", host: "example.com" }, effect: "deny", methods: ["GET"] }),
      rule({
        host: { kind: "exact", host: "closed.example.com" },
        effect: "deny",
        methods: "any",
      }),
    ),
  );
  const open = (host: string, port = 443) => decideTunnel(compiled, { host, port });
  expect(open("api.example.com").verdict).toBe("allow");
  expect(open("api.example.com", 22)).toEqual({ verdict: "deny", reason: "port-not-allowed" });
  expect(open("other.example.com")).toEqual({ verdict: "deny", reason: "host-not-allowed" });
  expect(open("closed.example.com")).toMatchObject({ reason: "denied-by-rule" });
});

const entryOf = (item: GitRule | undefined) => ({ kind: gitEntries, item });

describe("a git entry opens the tunnel to its hosts", () => {
  const git = [
    gitRule({ lfsHosts: ["storage.example.com"] }),
    gitRule({ forge: "gitlab", host: "git.example.com", port: 8443 }),
    gitRule({ host: "plain.example.com", scheme: "http", port: 8080 }),
  ];
  const compiled = compilePolicy({ rules: [], entries: toGroups(git), limits: {} });

  test.each<[host: string, port: number, entry: number]>([
    ["github.com", 443, 0],
    ["api.github.com", 443, 0],
    ["codeload.github.com", 443, 0],
    ["raw.githubusercontent.com", 443, 0],
    ["storage.example.com", 443, 0],
    ["GitHub.com.", 443, 0],
    ["git.example.com", 8443, 1],
    ["plain.example.com", 8080, 2],
  ])("%s:%i", (host, port, entry) => {
    const allowed = { verdict: "allow", entry: entryOf(git[entry]) };
    expect(decideTunnel(compiled, { host, port })).toEqual(allowed);
  });

  test.each(["git.example.com", "gist.github.com", "example.com"])("and not to %s", (host) => {
    expect(decideTunnel(compiled, { host, port: 443 })).toMatchObject({ verdict: "deny" });
  });

  test("and allows no request in it", () => {
    const asked = request({ host: "github.com", path: "/acme/widgets" });
    expect(decide(compiled, asked)).toEqual({ verdict: "deny", reason: "host-not-allowed" });
  });
});

test("a deny rule for a whole host closes it to git entries, and one for a path denies its requests", () => {
  const whole = rule({
    effect: "deny",
    methods: "any",
    host: { kind: "exact", host: "github.com" },
  });
  const wildcard = rule({ ...whole, host: { kind: "subdomains", host: "github.com" } });
  const one = rule({ ...whole, path: path("/acme/widgets/**") });
  const git = [gitRule()];
  const open = (host: string, ...rules: readonly Rule[]) =>
    decideTunnel({ rules, entries: toGroups(git), limits: {} }, { host, port: 443 });
  expect(open("github.com", whole)).toEqual({
    verdict: "deny",
    reason: "denied-by-rule",
    rule: whole,
  });
  expect(open("api.github.com", whole)).toMatchObject({ verdict: "allow" });
  expect(open("api.github.com", wildcard)).toMatchObject({ reason: "denied-by-rule" });
  expect(open("github.com", one)).toMatchObject({ verdict: "allow" });
  const asked = (text: string) => request({ host: "github.com", method: "POST", path: text });
  const denied = (text: string) =>
    isDeniedByRule({ rules: [one], entries: toGroups(git), limits: {} }, asked(text));
  expect(denied("/acme/widgets/git-receive-pack")).toBe(one);
  expect(denied("/ACME/widgets/git-receive-pack")).toBe(one);
  expect(denied("/acme/other/git-receive-pack")).toBeUndefined();
});

test("a path of many segments against many ** costs little", () => {
  const rules = compilePolicy(policy(rule({ path: path("/**/a/**/a/**/a/**/a/**/b") })));
  const started = performance.now();
  expect(decide(rules, request({ path: "/a".repeat(4000) })).verdict).toBe("deny");
  expect(performance.now() - started).toBeLessThan(200);
});

test.each(["DELETE", "delete", "Delete"])("a deny rule for DELETE covers %s", (method) => {
  const rules = policy(rule({ methods: "any" }), rule({ effect: "deny", methods: ["DELETE"] }));
  expect(decide(rules, request({ method })).verdict).toBe("deny");
  expect(decide(rules, request({ method: "patch" })).verdict).toBe("allow");
});

test("an allow rule covers its methods only as they are written", () => {
  expect(decide(policy(rule()), request({ method: "get" }))).toMatchObject({
    reason: "method-not-allowed",
  });
});

test("what a request does to another path is decided as the request that would do it", () => {
  const rules = policy(
    rule({ methods: ["PUT", "COPY"], path: path("/mine/**") }),
    rule({ methods: ["GET"], path: path("/public/**") }),
    rule({ effect: "deny", methods: ["GET"], path: path("/public/secret") }),
  );
  const put = request({ method: "PUT", path: "/mine/a" });
  const decideWith = (use: "read" | "write" | "create" | "move", other: string) =>
    decide(rules, { ...put, others: [{ path: other, use, needs: "allowed" }] });
  expect(decideWith("read", "/public/a").verdict).toBe("allow");
  expect(decideWith("write", "/mine/b").verdict).toBe("allow");
  expect(decideWith("read", "/mine/b")).toMatchObject({
    reason: "path-not-allowed",
    other: { method: "GET", path: "/mine/b" },
  });
  expect(decideWith("read", "/public/secret")).toMatchObject({ reason: "denied-by-rule" });
  expect(decideWith("move", "/public/a")).toMatchObject({ other: { method: "DELETE" } });
  expect(decideWith("write", "/closed")).toMatchObject({ reason: "path-not-allowed" });
});

test.each([
  ["PUT", "create", "deny"],
  ["DELETE", "write", "deny"],
  ["DELETE", "create", "allow"],
  ["COPY", "create", "deny"],
  ["GET", "write", "allow"],
] as const)(
  "a denial of PUT, or of DELETE where something is replaced, holds for a copy's destination: %s, %s",
  (method, use, verdict) => {
    const copy = request({ method: "COPY", path: "/a" });

    const denial = rule({ effect: "deny", methods: [method], path: path("/frozen/**") });
    const others = [{ path: "/frozen/b", use, needs: "allowed" }] as const;
    expect(decide(policy(rule({ methods: "any" }), denial), { ...copy, others }).verdict).toBe(
      verdict,
    );
  },
);
