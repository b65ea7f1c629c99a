import { gitEntries } from "../../../../src/git/entry/git-entries.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { VaultboxError } from "../../../../src/base/errors.ts";
import { parsePolicyFile, parseProjectFile } from "../../../../src/policy/file/parse-policy.ts";
import { formatRule, parseRule } from "../../../../src/policy/parse-rule.ts";
import { formatProblem, InvalidFileError } from "../../../../src/policy/file/problem.ts";

const complete = `version: 1
agent: claude
vaults: [work]
egress:
  - preset: npm
  - host: docs.example.com
  - host: api.github.com
    allow: ["GET /repos/acme/widgets/**", "POST /repos/acme/widgets/pulls"]
  - host: files.example.com:8443
    access: write
    client_credentials: pass
  - host: "*.example.net"
    access: read
    websocket: true
    deny:
      - /admin/**
  - host: http://plain.example.com
    deny: ["*"]
home: project
history: none
image: registry.example.com/tools/box:1.2
env: { LOG_LEVEL: debug }
signing: { key: work-key, name: Ann Example, email: ann@example.com }
limits: { duration: 2h, requests: 5000, upload: 200MB, requests_per_minute: 300 }
`;

function project(text: string | Uint8Array) {
  return parseProjectFile(typeof text === "string" ? Buffer.from(text) : text, "vaultbox.yaml", [
    gitEntries,
  ]);
}

function problemsOf(parse: () => unknown): readonly string[] {
  try {
    parse();
  } catch (error) {
    if (error instanceof InvalidFileError) return error.problems.map(formatProblem);
    throw error;
  }
  return [];
}

test("a project file with every key is read, and every rule knows its line", () => {
  const { egress = [], ...rest } = project(complete);
  expect(rest).toEqual({
    agent: "claude",
    vaults: ["work"],
    home: "project",
    history: "none",
    image: { from: "registry.example.com/tools/box:1.2", packages: [], npm: [] },
    env: { LOG_LEVEL: "debug" },
    signing: { key: "work-key", author: { name: "Ann Example", email: "ann@example.com" } },
    limits: {
      durationMs: 7_200_000,
      requests: 5000,
      uploadBytes: 200_000_000,
      requestsPerMinute: 300,
    },
  });
  const rules = egress.flatMap((entry) => (entry.kind === "rules" ? entry.rules : []));
  expect(
    rules.map((rule) => [rule.source.label, rule.effect, formatRule(rule), rule.clientCredentials]),
  ).toEqual([
    ["vaultbox.yaml:6", "allow", "GET,HEAD https://docs.example.com/**", "refuse"],
    ["vaultbox.yaml:8", "allow", "GET https://api.github.com/repos/acme/widgets/**", "refuse"],
    ["vaultbox.yaml:8", "allow", "POST https://api.github.com/repos/acme/widgets/pulls", "refuse"],
    ["vaultbox.yaml:9", "allow", "* https://files.example.com:8443/**", "pass"],
    ["vaultbox.yaml:12", "allow", "GET,HEAD wss://*.example.net/**", "refuse"],
    ["vaultbox.yaml:16", "deny", "* https://*.example.net/admin/**", "refuse"],
    ["vaultbox.yaml:18", "deny", "* http://plain.example.com/**", "refuse"],
  ]);
  expect(egress[0]).toEqual({
    kind: "preset",
    name: "npm",
    source: { kind: "project", label: "vaultbox.yaml:5" },
  });
});

test("all problems of a file are reported, each with line, column, key and what to write", () => {
  const text = `version: 1
agnt: x
egress:
 - hots: a
 - host: '*'
 - host: a.example.com
   alow: []
   access: wirte
   port: 70000
   allow: ["get /x", 5, "GET https://b.example.com/"]
 - preset: npm
   port: 3
 - git: https://example.com/x
   prot: 3
work: {}
home: work
env: {GITHUB_TOKEN: x, HTTPS_PROXY: y, A: 1}
limits: {duration: 2, requests: 0, upload: 3 furlongs, cpu: 1}
`;
  expect(problemsOf(() => project(text))).toMatchInlineSnapshot(`
    [
      "vaultbox.yaml:2:1: agnt: unknown key (did you mean agent?); known: version, agent, agent_credential, vaults, egress, home, history, limits, image, env, workspace, signing",
      "vaultbox.yaml:4:4: egress[0].hots: unknown key (did you mean host?); known: preset, host, port, access, allow, deny, websocket, client_credentials, git, forge, read, push, create, force, delete, tags, max_pack, paths, pulls, lfs",
      "vaultbox.yaml:4:4: egress[0]: write host:, git: or preset: in every entry",
      "vaultbox.yaml:5:4: egress[1].host: invalid host "*": there is no rule for every host; write the hosts, or *.example.com",
      "vaultbox.yaml:7:4: egress[2].alow: unknown key (did you mean allow?); known: host, port, access, allow, deny, websocket, client_credentials",
      "vaultbox.yaml:8:4: egress[2].access: write read or write, not "wirte" (did you mean write?)",
      "vaultbox.yaml:9:4: egress[2].port: write a whole number from 1 to 65535, not 70000",
      "vaultbox.yaml:10:12: egress[2].allow[0]: invalid rule "get /x": write GET",
      "vaultbox.yaml:10:22: egress[2].allow[1]: write text, not 5; put it in quotes",
      "vaultbox.yaml:10:25: egress[2].allow[2]: invalid rule "GET https://b.example.com/": it names another host than the entry it is in (a.example.com)",
      "vaultbox.yaml:12:4: egress[3].port: a preset entry has no other key",
      "vaultbox.yaml:14:4: egress[4].prot: unknown key; known: git, forge, read, push, create, force, delete, tags, max_pack, paths, pulls, lfs",
      "vaultbox.yaml:15:1: work: unknown key; known: version, agent, agent_credential, vaults, egress, home, history, limits, image, env, workspace, signing",
      "vaultbox.yaml:16:1: home: write new or project, not "work"",
      "vaultbox.yaml:17:7: env.GITHUB_TOKEN: looks like a secret; store it: vaultbox credential add NAME",
      "vaultbox.yaml:17:24: env.HTTPS_PROXY: vaultbox sets this variable itself",
      "vaultbox.yaml:17:40: env.A: write text, not 1; put it in quotes",
      "vaultbox.yaml:18:10: limits.duration: write text, not 2; put it in quotes",
      "vaultbox.yaml:18:23: limits.requests: write a whole number from 1 to 1000000000, not 0",
      "vaultbox.yaml:18:36: limits.upload: invalid size "3 furlongs": write a number and a unit, as in 512kB, 200MB or 1.5GiB",
      "vaultbox.yaml:18:56: limits.cpu: unknown key; known: duration, requests, upload, requests_per_minute",
    ]
  `);
});

test.each([
  ["", "1:1: the file is empty"],
  ["# only a comment\n", "1:1: the file is empty"],
  ["null", "1:1: the file is empty"],
  ["- a", "1:1: write a mapping"],
  ["egress: []", "1:1: version is missing"],
  ["version: 2", "write version: 1"],
  ['version: "1"', "write version: 1"],
  ["version: 1\nversion: 1", "2:1: this key is there twice"],
  ["version: 1\negress:\n\t- host: a", "3:1: a tab indents this line"],
  ["version: 1\negress:", "egress: write a list, not nothing"],
  ["version: 1\negress: all", 'egress: write a list, not "all"'],
  ["version: 1\negress: [", "not valid YAML"],
  ["version: &a 1", "anchors"],
  ["version: 1\nenv: {A: &a x, B: *a}", "aliases"],
  ["version: !!int 1", "tags"],
  ["version: !x 1", "tag"],
  ["%YAML 1.1\n---\nversion: 1", "directive"],
  ["version: 1\n---\nversion: 1", "second document"],
  ["version: 1\n<<: {home: project}", "unknown key"],
  ["version: 1\n__proto__: 1", "unknown key"],
  ["version: 1\n? [a]\n: 1", "keys must be strings"],
  ["version: 1\nhome: yes", "write new or project"],
  ["version: 1\nvaults: work", "write a list"],
  ["version: 1\nagent: ''", "an empty string"],
  [`${"[".repeat(3000)}${"]".repeat(3000)}`, "1:"],
  [`# ${"x".repeat(70_000)}`, "larger than 64 KiB"],
])("the project file %j is refused: %s", (text, part) => {
  expect(problemsOf(() => project(text)).join("\n")).toContain(part);
});

test("bytes that are not UTF-8 are refused", () => {
  const latin1 = Buffer.from("version: 1 # \xe9", "latin1");
  expect(problemsOf(() => project(latin1))).toEqual([
    "vaultbox.yaml:1:1: the file is not UTF-8 text",
  ]);
});

test("a bomb of aliases is refused within a second", () => {
  const rows = Array.from({ length: 9 }, (_, index) => {
    const before = index === 0 ? "x" : `*a${index - 1}`;
    return `a${index}: &a${index} [${Array(9).fill(before).join(", ")}]`;
  });
  const started = performance.now();
  expect(problemsOf(() => project(rows.join("\n"))).length).toBeGreaterThan(1);
  expect(performance.now() - started).toBeLessThan(1000);
});

test("a policy file must say what it allows, and has no key of a project file", () => {
  const parse = (text: string) => parsePolicyFile(Buffer.from(text), "ci.yaml", [gitEntries]);
  expect(parse("version: 1\negress: []")).toEqual({ egress: [], limits: {} });
  expect(problemsOf(() => parse("version: 1"))).toEqual([
    "ci.yaml:1:1: egress is missing; write egress: [] to allow nothing",
  ]);
  expect(problemsOf(() => parse("version: 1\negress: []\nvaults: [a]"))).toEqual([
    "ci.yaml:3:1: vaults: unknown key; known: version, egress, limits",
  ]);
});

test("the error of a file carries its first problem, and says how to see the others", () => {
  const error = (() => {
    try {
      return project("version: 2\nhome: x");
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toMatchObject({
    code: "VBX_PROJECT_FILE_INVALID",
    message:
      "vaultbox.yaml:1:1: version: write version: 1; this vaultbox knows no other (and 1 more)",
    hints: ["all of them: vaultbox policy check vaultbox.yaml"],
  });
});

test(
  "arbitrary text, and every kind of damage to a good file, is read or refused and nothing else",
  { timeout: 60_000 },
  () => {
    const damaged = fc
      .tuple(fc.nat(complete.length), fc.nat(40), fc.string({ maxLength: 12, unit: "binary" }))
      .map(([at, length, put]) => complete.slice(0, at) + put + complete.slice(at + length));
    const fragments = fc
      .array(
        fc.constantFrom("{", "}", "[", "]", ":", "-", "&a", "*a", "? ", "\n", " ", "a", "|", "'"),
      )
      .map((parts) => parts.join(""));
    const text = fc.oneof(damaged, fragments, fc.string({ unit: "binary", maxLength: 80 }));
    const outcome = (parse: () => unknown) => {
      try {
        parse();
        return true;
      } catch (error) {
        return error instanceof VaultboxError ? true : error;
      }
    };
    fc.assert(
      fc.property(text, (input) => {
        expect(outcome(() => project(input))).toBe(true);
        expect(outcome(() => parsePolicyFile(Buffer.from(input), "p.yaml", [gitEntries]))).toBe(
          true,
        );
        const source = { kind: "flag", label: "--allow" } as const;
        expect(outcome(() => parseRule(input, { source }))).toBe(true);
      }),
      { numRuns: 500 },
    );
  },
);
