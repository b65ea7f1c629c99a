import { expect, test } from "vitest";
import type { AgentProfile, HomeContext } from "../../../src/agents/agent-profile.ts";
import { claude } from "../../../src/agents/claude.ts";
import { codex } from "../../../src/agents/codex.ts";
import { agentProfiles, selectAgent } from "../../../src/agents/select-agent.ts";
import { isVaultboxError } from "../../../src/base/errors.ts";
import { findPreset } from "../../../src/presets/presets.ts";

const context: HomeContext = {
  home: "/home/agent",
  workspace: "/work/a project",
  placeholders: {
    ANTHROPIC_API_KEY: "sk-ant-api03-0123456789abcdefghij",
    OPENAI_API_KEY: "sk-proj-p",
  },
};

const machine = { workspace: "/work/a project", keepsHistory: true };

function contentOf(profile: AgentProfile, path: string, from = context): string | undefined {
  return profile.homeFiles(from).find((file) => file.path === path)?.content;
}

test("--agent wins over the command, and an unknown name is a usage error that lists the agents", () => {
  expect(selectAgent(["bash"], "codex")).toBe(codex);
  let error: unknown;
  try {
    selectAgent(["claude"], "cluade");
  } catch (caught) {
    error = caught;
  }
  expect(isVaultboxError(error, "VBX_USAGE") && error.hints).toEqual([
    "agents: claude, codex, generic",
  ]);
});

test.each(agentProfiles.flatMap((profile) => profile.presets))(
  "every preset that a profile names exists: %s",
  (name) => {
    expect(findPreset(name).name).toBe(name);
  },
);

test("Claude Code starts without onboarding, trusts the workspace and has approved the placeholder", () => {
  const state: unknown = JSON.parse(contentOf(claude, ".claude.json") ?? "");
  expect(state).toMatchObject({
    hasCompletedOnboarding: true,
    customApiKeyResponses: { approved: ["0123456789abcdefghij"] },
    projects: { "/work/a project": { hasTrustDialogAccepted: true } },
  });
});

test("without an API key nothing is approved", () => {
  const text = contentOf(claude, ".claude.json", { ...context, placeholders: {} });
  expect(text).not.toContain("customApiKeyResponses");
});

test("Codex gets the placeholder in auth.json, and no auth.json without one", () => {
  expect(JSON.parse(contentOf(codex, ".codex/auth.json") ?? "")).toEqual({
    auth_mode: "apikey",
    OPENAI_API_KEY: "sk-proj-p",
  });
  expect(contentOf(codex, ".codex/auth.json", { ...context, placeholders: {} })).toBeUndefined();
});

test("a workspace's name can't leave its TOML key", () => {
  const workspace = '/w/a"]\n[features]\u007f\\';
  const [config] = codex.machineFiles({ ...machine, workspace });
  expect(config?.content).toContain('[projects."/w/a\\"]\\n[features]\\u007f\\\\"]');
});

test.each(agentProfiles.flatMap((profile) => profile.homeFiles(context)))(
  "home files stay inside HOME and are not executable: $path",
  (file) => {
    expect(file.path).toMatch(/^\.[a-z]/);
    expect(file.path.split("/")).not.toContain("..");
    expect(file.mode & 0o111).toBe(0);
  },
);

test.each([
  ["Claude Code", claude],
  ["Codex", codex],
] as const)(
  "what an agent is told of vaultbox doesn't lie in the home, where the user's own is mounted: %s",
  (_, { machineFiles }) => {
    const files = machineFiles(machine);
    const told = files.filter(({ content }) => content.includes("/run/vaultbox/policy.md"));
    expect(told).toHaveLength(1);
    for (const { path } of files) expect(path).toMatch(/^\/etc\/[a-z]/);
  },
);

test("Claude Code's memory is apart from the conversations that are kept, and stays in a home that is kept", () => {
  const settings = (keepsHistory: boolean): string =>
    claude.machineFiles({ ...machine, keepsHistory })[0]?.content ?? "";
  expect(JSON.parse(settings(true))).toMatchObject({ autoMemoryDirectory: "~/.claude/memory" });
  expect(settings(false)).not.toContain("autoMemoryDirectory");
});
