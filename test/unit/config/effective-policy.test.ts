import { gitEntries, gitRulesOf } from "../../../src/git/entry/git-entries.ts";
import { expect, test } from "vitest";
import {
  resolveEffectivePolicy,
  type PolicySources,
} from "../../../src/config/effective-policy.ts";
import { decide } from "../../../src/policy/decide.ts";
import { parsePolicyFile, parseProjectFile } from "../../../src/policy/file/parse-policy.ts";
import { formatRule } from "../../../src/policy/parse-rule.ts";

const project = parseProjectFile(
  Buffer.from("version: 1\negress:\n- host: a.example.com\n- preset: npm\nlimits: {requests: 5}\n"),
  "vaultbox.yaml",
  [],
);
const policyFile = parsePolicyFile(
  Buffer.from("version: 1\negress:\n- host: b.example.com\n"),
  "ci.yaml",
  [],
);

function sources(changes: Partial<PolicySources> = {}): PolicySources {
  return {
    allow: [],
    entryKinds: [gitEntries],
    agentRules: [],
    user: { allow: [], deny: [] },
    lookupPreset: (name) =>
      Promise.resolve(name === "npm" ? ["GET https://packages.example.org/**"] : undefined),
    ...changes,
  };
}

async function rulesOf(changes: Partial<PolicySources>): Promise<readonly string[]> {
  const { policy } = await resolveEffectivePolicy(sources(changes));
  return policy.rules.map((rule) => `${rule.effect} ${formatRule(rule)} ${rule.source.label}`);
}

test("without any source the policy is empty", async () => {
  expect((await resolveEffectivePolicy(sources())).policy).toEqual({ rules: [], limits: {} });
});

test("every rule says where it was written", async () => {
  const rules = await rulesOf({
    project,
    allow: ["c.example.com", "preset:npm"],
    agentRules: [{ label: "agent:claude", rules: ["POST https://d.example.com/v1/messages"] }],
    user: { allow: ["e.example.com"], deny: ["f.example.com"] },
  });
  expect(rules).toEqual([
    "allow GET,HEAD https://e.example.com/** preferences: allow",
    "deny * https://f.example.com/** preferences: deny",
    "allow GET,HEAD https://a.example.com/** vaultbox.yaml:3",
    "allow GET https://packages.example.org/** preset:npm (vaultbox.yaml:4)",
    "allow GET,HEAD https://c.example.com/** --allow",
    "allow GET https://packages.example.org/** preset:npm (--allow)",
    "allow POST https://d.example.com/v1/messages agent:claude",
  ]);
});

test("a policy file stands in for the project file's egress and limits, and --allow adds to it", async () => {
  const { policy } = await resolveEffectivePolicy(
    sources({ project, policyFile, allow: ["c.example.com"] }),
  );
  expect(policy.rules.map((rule) => rule.host.host)).toEqual(["b.example.com", "c.example.com"]);
  expect(policy.limits).toEqual({});
});

test("the user's own prohibition beats what the project, the agent and a flag allow", async () => {
  const { policy } = await resolveEffectivePolicy(
    sources({
      project,
      allow: ["* a.example.com"],
      user: { allow: [], deny: ["*.example.com"] },
    }),
  );
  const request = { scheme: "https", host: "a.example.com", port: 443, method: "GET" } as const;
  expect(decide(policy, { ...request, path: "/", websocket: false })).toMatchObject({
    reason: "denied-by-rule",
  });
});

const entries = parsePolicyFile(
  Buffer.from("version: 1\negress:\n- git: https://github.com/acme/widgets\n  push: [agent/*]\n"),
  "ci.yaml",
  [gitEntries],
);

async function gitOf(changes: Partial<PolicySources>): Promise<readonly string[]> {
  const { policy } = await resolveEffectivePolicy(sources(changes));
  return gitRulesOf(policy).map(({ host, repository, exclusive, push, source }) =>
    [host, repository, exclusive, push?.refs.join(",") ?? "no push", source.label].join(" "),
  );
}

test("repositories of files, of --git and of the work tree add up", async () => {
  const place = { remoteUrl: "git@gitlab.com:group/sub/app.git" };
  const git = ["https://github.com/acme/*:pulls=none"];
  expect(await gitOf({ policyFile: entries, entryFlags: { git }, place })).toEqual([
    "github.com acme/widgets true refs/heads/agent/* ci.yaml:3",
    "github.com acme/* true no push --git",
    "gitlab.com group/sub/app false no push work tree",
  ]);
});

test("the work tree's own repository is read by default only where no entry covers it", async () => {
  const place = { remoteUrl: "https://user:x@github.com/ACME/Widgets.git" };
  expect(await gitOf({ place })).toEqual(["github.com ACME/Widgets false no push work tree"]);
  expect(await gitOf({ place, policyFile: entries })).toHaveLength(1);
  expect(await gitOf({ place, entryFlags: { git: ["https://github.com/acme/*"] } })).toHaveLength(
    1,
  );
  expect(await gitOf({ place, entryFlags: { git: ["https://github.com/other/*"] } })).toHaveLength(
    2,
  );
});

test.each([
  "/srv/x.git",
  "file:///srv/x",
  "../x",
  "C:/x",
  "https://github.com/acme/*",
  "ext::x",
  "",
])("a remote at %j opens nothing", async (remoteUrl) => {
  expect(await gitOf({ place: { remoteUrl } })).toEqual([]);
});

test.each([
  [
    { entryFlags: { git: ["acme/widgets"] } },
    "VBX_USAGE",
    /--git: invalid git URL "acme\/widgets"/,
  ],
  [{ allow: ["GET"] }, "VBX_USAGE", /--allow: invalid rule "GET"/],
  [{ allow: ["preset:nmp"] }, "VBX_PRESET_UNKNOWN", /unknown preset "nmp" \(--allow\)/],
  [{ user: { allow: ["*"], deny: [] } }, "VBX_CONFIG_INVALID", /preferences: allow: /],
  [{ agentRules: [{ label: "agent:x", rules: ["?"] }] }, "VBX_POLICY_INVALID", /agent:x: /],
])(
  "a rule that can't be read is an error of its source, never skipped: %j",
  async (changes, code, message) => {
    await expect(resolveEffectivePolicy(sources(changes))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as string,
    });
  },
);
