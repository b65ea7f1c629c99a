import { expect, test } from "vitest";
import { selectAgent } from "../../../../src/agents/select-agent.ts";
import { checkAgentCredential } from "../../../../src/session/plan/agent-credential.ts";
import { VaultboxError } from "../../../../src/base/errors.ts";
import { parseRule } from "../../../../src/policy/parse-rule.ts";
import type { OpenVault } from "../../../../src/vault/open-vaults.ts";
import { makeCredential } from "../../../support/temp-vaults.ts";

interface Asked {
  readonly env?: Readonly<Record<string, string>>;
  readonly flags?: readonly string[];
  readonly vaults?: readonly OpenVault[];
  readonly usesNoVault?: boolean;
  readonly allow?: string;
  readonly pass?: boolean;
}

function vaultOf(name: string, ...credentials: readonly (readonly [string, string])[]): OpenVault {
  return {
    name,
    kind: "age",
    credentials: credentials.map(([one, variable]) => makeCredential(one, { env: [variable] })),
    signingKeys: [],
    reject: () => undefined,
    reveal: () => Promise.reject(new Error("nothing is read before the start")),
  };
}

/** What stops this command without a terminal, as text; "starts" when nothing does. */
async function ask(command: readonly string[], asked: Asked = {}): Promise<string> {
  const { env = {}, flags = [], vaults = [vaultOf("default")], allow } = asked;
  const source = { kind: "flag", label: "--allow" } as const;
  const rule = allow === undefined ? [] : [parseRule(allow, { source, effect: "allow" })];
  try {
    const start = {
      command,
      agent: selectAgent(command),
      policy: {
        rules: rule.map((one) => ({
          ...one,
          clientCredentials: asked.pass ? ("pass" as const) : ("refuse" as const),
        })),
        limits: {},
      },
      vaults,
      usesNoVault: asked.usesNoVault === true,
      env,
      flags,
    };
    await checkAgentCredential(start, { say: () => undefined });
    return "starts";
  } catch (error) {
    if (!(error instanceof VaultboxError)) throw error;
    return [`${error.code} ${error.message}`, ...error.hints].join("\n");
  }
}

test("an agent without a credential isn't started, and its user reads what is missing and how to store it", async () => {
  expect(await ask(["claude"])).toMatchInlineSnapshot(`
    "VBX_CREDENTIAL_UNKNOWN cannot start claude: no credential for it in the vault "default"
    with a Claude subscription, a token for a year: run claude setup-token here, then vaultbox credential add anthropic-oauth
    with an API key of the Anthropic Console, billed by use: vaultbox credential add anthropic
    with a model or gateway of your own it needs none: add --no-agent-credential, or agent_credential: none to vaultbox.yaml"
  `);
  expect(await ask(["codex", "exec", "say it"])).toMatchInlineSnapshot(`
    "VBX_CREDENTIAL_UNKNOWN cannot start codex: no credential for it in the vault "default"
    with an API key of the OpenAI platform, billed by use: vaultbox credential add openai
    with a model or gateway of your own it needs none: add --no-agent-credential, or agent_credential: none to vaultbox.yaml"
  `);
  expect(await ask(["claude"], { vaults: [vaultOf("work", ["anthropic", "OTHER"])] })).toMatch(
    /in the vault "work"\n.*vaultbox credential add anthropic-oauth --vault work\n.*vaultbox credential add anthropic-2 --preset anthropic --vault work\n/,
  );
  expect(await ask(["claude"], { vaults: [] })).toContain("(this session has no vault)");
  const none = await ask(["claude"], { vaults: [], usesNoVault: true });
  expect(none).toContain("no credential for it (vaults: [] says that this session has no vault)\n");
  expect(none).toContain("vaultbox credential add anthropic, and start with --vault default\n");
  const wrapped = ["npx", "@anthropic-ai/claude-code@2", "-p", "doctor"];
  expect(await ask(wrapped)).toContain("cannot start claude");
});

test.each<[string, readonly string[], Asked]>([
  ["an API key", ["claude"], { vaults: [vaultOf("work", ["x", "ANTHROPIC_API_KEY"])] }],
  [
    "a subscription",
    ["claude"],
    { vaults: [vaultOf("default", ["x", "CLAUDE_CODE_OAUTH_TOKEN"])] },
  ],
  ["a second vault", ["codex"], { vaults: [vaultOf("a"), vaultOf("b", ["x", "OPENAI_API_KEY"])] }],
  ["a gateway", ["claude"], { env: { ANTHROPIC_BASE_URL: "http://localhost:4000" } }],
  ["a cloud", ["claude"], { env: { CLAUDE_CODE_USE_BEDROCK: "1" } }],
  ["its own login", ["claude"], { allow: "api.anthropic.com", pass: true }],
  ["a version", ["claude", "--version"], {}],
  ["help", ["codex", "exec", "--help"], {}],
  ["MCP servers", ["claude", "mcp", "list"], {}],
  ["a check of itself", ["/usr/local/bin/claude", "doctor"], {}],
  ["a model of this machine", ["codex", "--oss", "say it"], {}],
  ["another provider", ["codex", "-c", 'model_provider="mine"'], {}],
  ["no agent", ["npm", "test"], {}],
  ["a word that an agent has too", ["echo", "claude"], {}],
])("an agent that needs no credential starts: %s", async (_, command, asked) => {
  expect(await ask(command, asked)).toBe("starts");
});

test("a key in --env is told where it belongs, and isn't a login", async () => {
  const value = "sk-ant-api03-canary0123456789";
  const env = { ANTHROPIC_API_KEY: value };
  const host = await ask(["claude"], { env, flags: ["ANTHROPIC_API_KEY"] });
  expect(host).toMatchInlineSnapshot(`
    "VBX_CREDENTIAL_UNKNOWN cannot start claude: requests with the ANTHROPIC_API_KEY that --env puts in are refused at api.anthropic.com
    keep it outside: vaultbox credential add anthropic --from-env ANTHROPIC_API_KEY, and leave --env ANTHROPIC_API_KEY out
    with a model or gateway of your own it needs none: add --no-agent-credential, or agent_credential: none to vaultbox.yaml"
  `);
  const typed = await ask(["claude"], { env, flags: [`ANTHROPIC_API_KEY=${value}`] });
  expect(typed).toContain(
    "keep it outside: vaultbox credential add anthropic, and leave --env ANTHROPIC_API_KEY out",
  );
  const held = [vaultOf("default", ["anthropic", "ANTHROPIC_API_KEY"])];
  expect(await ask(["claude"], { env, flags: ["ANTHROPIC_API_KEY"], vaults: held })).toContain(
    'leave --env ANTHROPIC_API_KEY out: the credential "default/anthropic" is used instead',
  );
  const bearer = { ANTHROPIC_AUTH_TOKEN: value };
  expect(await ask(["claude"], { env: bearer, flags: ["ANTHROPIC_AUTH_TOKEN"] })).toContain(
    "vaultbox credential add anthropic-oauth --env ANTHROPIC_AUTH_TOKEN --from-env ANTHROPIC_AUTH_TOKEN, and leave",
  );
  expect([host, typed].join()).not.toContain("canary");
  // The rule lets it pass, or it goes elsewhere
  expect(await ask(["claude"], { env, allow: "api.anthropic.com", pass: true })).toBe("starts");
  const gateway = { ...env, ANTHROPIC_BASE_URL: "https://llm.example.com" };
  expect(await ask(["claude"], { env: gateway })).toBe("starts");
  expect(await ask(["claude"], { env: { ANTHROPIC_API_KEY: "" } })).toContain(
    "no credential for it",
  );
});

test("a credential whose variable isn't set is none that the agent could start with", async () => {
  const credential = makeCredential("anthropic", {
    env: ["ANTHROPIC_API_KEY"],
    source: { type: "env", variable: "VAULTBOX_TEST_UNSET" },
  });
  const vaults = [{ ...vaultOf("work"), credentials: [credential] }];
  expect(await ask(["claude"], { vaults })).toContain(
    'VBX_CREDENTIAL_INVALID cannot start claude: the credential "work/anthropic" takes its secret from VAULTBOX_TEST_UNSET, which is not set\nset VAULTBOX_TEST_UNSET where you start vaultbox\n',
  );
});
