import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { anthropicStandin } from "../../src/demo/anthropic-standin.ts";
import { collectCommand } from "../../src/demo/demo-script.ts";
import { openaiStandin } from "../support/openai-standin.ts";
import type { ScriptedTurn, StandinHandler } from "../../src/demo/standin-server.ts";
import { type AgentWorld, openAgentWorld } from "../support/agent-world.ts";
import { createCanary, searchCanary, searchFiles } from "../support/canary.ts";
import { runOnTerminal } from "../support/terminal.ts";
import { recordScore } from "../support/scoreboard.ts";

const execute = promisify(execFile);
const collected = "box-contents.bin";
/** An image may have to be built first. */
const runTimeoutMs = 900_000;
/** Without an engine's work beyond the relay: nothing of an agent is built. */
test("an agent without a credential isn't started: without a terminal it's an error, on one a question", async () => {
  await using world = await openAgentWorld();
  const plain = await world.vaultbox(["run", "--", "claude"]);
  expect(plain.stderr).toBe(`\
vaultbox: error: cannot start claude: no credential for it (this session has no vault)
vaultbox: hint: with a Claude subscription, a token for a year: run claude setup-token here, then vaultbox credential add anthropic-oauth
vaultbox: hint: with an API key of the Anthropic Console, billed by use: vaultbox credential add anthropic
vaultbox: hint: with a model or gateway of your own it needs none: add --no-agent-credential, or agent_credential: none to vaultbox.yaml
`);
  expect(plain).toMatchObject({ status: 125, stdout: "" });
  const key = createCanary();
  const exposed = await world.vaultbox(["run", "--env", "OPENAI_API_KEY", "--", "codex"], {
    env: { OPENAI_API_KEY: key },
  });
  expect(exposed.status).toBe(125);
  expect(exposed.stderr).toContain(
    "keep it outside: vaultbox credential add openai --from-env OPENAI_API_KEY, and leave --env OPENAI_API_KEY out\n",
  );
  expect(searchCanary(exposed.stderr, key)).toEqual([]);
  const env = { HOME: world.root, VAULTBOX_HOME: world.vaultboxHome };
  const asked = ["run", "--workspace", world.workspace, "--", "claude"];
  const no = await runOnTerminal(asked, { env, when: "[y/N]", type: "n\r" });
  expect(no.screen).toContain("vaultbox credential add anthropic-oauth");
  expect(no.screen).toContain("go on without a credential? [y/N]");
  expect(no.status).toBe(125);
}, 120_000);

const links = ["unix", "stdio"] as const;

/** A turn that takes all the box can read to the workspace, then one that answers with a fact from inside. */
const script: readonly ScriptedTurn[] = [
  { type: "shell", command: collectCommand(collected) },
  { type: "shell", command: "echo the answer is $((6*7))" },
  { type: "say", text: "Found: {output}." },
];

/** Scans at the sandbox's containers, as the engine shows them, while a request is on its way. */
function inspecting(world: AgentWorld, handler: StandinHandler, seen: string[]): StandinHandler {
  // Only ours: those of other tests end while we look
  const filter = `label=dev.vaultbox.workspace=${world.workspace}`;
  return async (request, response) => {
    const { stdout } = await execute("docker", ["ps", "-q", "--filter", filter]);
    const ids = stdout.split("\n").filter((id) => id !== "");
    const inspected = await execute("docker", ["inspect", ...ids], { maxBuffer: 64e6 });
    seen.push(inspected.stdout);
    await handler(request, response);
  };
}

async function runAgent(
  world: AgentWorld,
  run: { flags: readonly string[]; command: readonly string[] },
): Promise<{ stdout: string }> {
  const args = ["run", ...run.flags, "--", ...run.command];
  const result = await world.vaultbox(args, { timeoutMs: runTimeoutMs });
  // Together, so that a failure shows what the run said
  expect({ status: result.status, stderr: result.stderr }).toMatchObject({ status: 0 });
  return result;
}

async function countInBox(world: AgentWorld, canary: string): Promise<number> {
  const search = await searchFiles([join(world.workspace, collected)], canary);
  expect(search.bytes).toBeGreaterThan(10_000);
  expect(search.skipped).toEqual([]);
  return search.hits.length;
}

/**
 * Searches what the box could read and what the engine shows for the secret, and as a control for the placeholder,
 * which must be in both.
 */
async function scoreSearch(world: AgentWorld, searched: Searched): Promise<void> {
  const { canary, variable, inspections, test: name } = searched;
  const text = await readFile(join(world.workspace, collected), "latin1");
  const placeholder = new RegExp(`${variable}=(\\S{20,}?)[\0\n]`).exec(text)?.[1] ?? "";
  const inspected = inspections.join("\n");
  const found = [await countInBox(world, canary), searchCanary(inspected, canary).length];
  const control = [
    await countInBox(world, placeholder.slice(-40)),
    searchCanary(inspected, placeholder.slice(-40)).length,
  ];
  expect(found).toEqual([0, 0]);
  expect(Math.min(...control)).toBeGreaterThan(0);
  recordScore({
    row: 21,
    test: name,
    attempts: found.length,
    blocked: found.filter((hits) => hits === 0).length,
    controlSucceeded: control.filter((hits) => hits > 0).length,
  });
}

interface Searched {
  readonly canary: string;
  /** Carries the placeholder in the box */
  readonly variable: string;
  readonly inspections: readonly string[];
  readonly test: string;
}

test.each(links)(
  "Claude Code completes a tool-using turn over the %s link: the API sees the real key, the box never has it",
  { timeout: runTimeoutMs },
  async (link) => {
    // One agent's vault has a passphrase
    const unlock = link === "unix" ? "passphrase" : "identity";
    await using world = await openAgentWorld({ unlock });
    const canary = createCanary();
    const key = `sk-ant-api03-${canary}`;
    await world.store("anthropic", key);
    const inspections: string[] = [];
    const handler = inspecting(world, anthropicStandin({ script, apiKey: key }), inspections);
    const api = await world.openApi(handler);
    const { stdout } = await runAgent(world, {
      flags: ["--link", link, ...world.runFlags({ "api.anthropic.com": api })],
      command: ["claude", "-p", "say it", "--allowedTools", "Bash"],
    });
    expect(stdout).toContain("Found: the answer is 42.");
    const turns = api.requests.filter(({ path }) => path === "/v1/messages");
    expect(turns).toHaveLength(3);
    expect(api.requests.every((request) => request.headers["x-api-key"] === key)).toBe(true);
    await scoreSearch(world, {
      canary,
      variable: "ANTHROPIC_API_KEY",
      inspections,
      test: `Claude Code, ${link} link: environment, processes, files, docker inspect`,
    });
  },
);

test(
  "Claude Code works with a subscription token in place of a key",
  { timeout: runTimeoutMs },
  async () => {
    await using world = await openAgentWorld();
    const token = `sk-ant-oat01-${createCanary()}`;
    await world.store("anthropic-oauth", token);
    const api = await world.openApi(anthropicStandin({ script, oauthToken: token }));
    const { stdout } = await runAgent(world, {
      flags: world.runFlags({ "api.anthropic.com": api }),
      command: ["claude", "-p", "say it", "--allowedTools", "Bash"],
    });
    expect(stdout).toContain("Found: the answer is 42.");
    expect(api.requests.every(({ authorised }) => authorised)).toBe(true);
  },
);

test.each(links)(
  "Codex completes a tool-using turn over the %s link: the API sees the real key, the box never has it",
  { timeout: runTimeoutMs },
  async (link) => {
    await using world = await openAgentWorld();
    const canary = createCanary();
    const key = `sk-proj-${canary}`;
    await world.store("openai", key);
    const inspections: string[] = [];
    const handler = inspecting(world, openaiStandin({ script, apiKey: key }), inspections);
    const api = await world.openApi(handler);
    const { stdout } = await runAgent(world, {
      flags: ["--link", link, ...world.runFlags({ "api.openai.com": api })],
      command: ["codex", "exec", "--skip-git-repo-check", "say it"],
    });
    expect(stdout).toContain("Found: the answer is 42.");
    expect(api.requests.filter(({ path }) => path === "/v1/responses")).toHaveLength(3);
    expect(api.requests.every(({ authorised }) => authorised)).toBe(true);
    await scoreSearch(world, {
      canary,
      variable: "OPENAI_API_KEY",
      inspections,
      test: `Codex, ${link} link: environment, processes, files, docker inspect`,
    });
  },
);

test(
  "the same search finds a secret that was put into the box",
  { timeout: runTimeoutMs },
  async () => {
    await using world = await openAgentWorld();
    const canary = createCanary();
    await runAgent(world, {
      flags: ["--env", `LEAKED=${canary}`],
      command: ["sh", "-c", collectCommand(collected)],
    });
    expect(await countInBox(world, canary)).toBeGreaterThan(0);
  },
);
