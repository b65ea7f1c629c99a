import { execFile } from "node:child_process";
import { chown, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { anthropicStandin } from "../../src/demo/anthropic-standin.ts";
import { openaiStandin } from "../support/openai-standin.ts";
import type { ScriptedTurn, StandinHandler } from "../../src/demo/standin-server.ts";
import { type AgentWorld, openAgentWorld } from "../support/agent-world.ts";
import { recordScore } from "../support/scoreboard.ts";

const execute = promisify(execFile);
/** An image may have to be built first. */
const runTimeoutMs = 900_000;
const key = "sk-ant-api03-a1b2c3d4e5f6a1b2c3d4e5f6";
const openaiKey = "sk-proj-a1b2c3d4e5f6a1b2c3d4e5f6";

/** The next turn is told by how many the conversation has already, so each shows what the agent sent of it. */
const script: readonly ScriptedTurn[] = [
  { type: "shell", command: "echo the answer is $((6*7))" },
  { type: "say", text: "First: {output}." },
  { type: "say", text: "Second: {output}." },
  { type: "say", text: "Third: {output}." },
];

/** What an agent reads by itself when it starts, at its place among the conversations. */
const plant = `for i in ~/.claude/projects/*/; do mkdir -p "$i/memory"; echo "- PLANTED" > "$i/memory/MEMORY.md"; done
  echo PLANTED > ~/.claude/projects/CLAUDE.md; ln -s /etc/passwd ~/.claude/projects/x.jsonl; echo planted`;

/** Ends the session's process as a crash would, before the second request for a message is answered. */
function dying(world: AgentWorld, handler: StandinHandler): StandinHandler {
  let messages = 0;
  return async (request, response) => {
    if (request.path === "/v1/messages") messages += 1;
    if (messages === 2) {
      messages += 1;
      const sessions = join(world.vaultboxHome, "state/sessions");
      for (const id of await readdir(sessions)) {
        const state: unknown = JSON.parse(await readFile(join(sessions, id, "state.json"), "utf8"));
        process.kill(Number((state as { owner: { pid: number } }).owner.pid), "SIGKILL");
      }
    }
    await handler(request, response);
  };
}

test(
  "Claude Code goes on with a conversation of an earlier run, also of one that was killed, and reads nothing else from there",
  { timeout: runTimeoutMs },
  async () => {
    await using world = await openAgentWorld();
    await world.store("anthropic", key);
    const api = await world.openApi(dying(world, anthropicStandin({ script, apiKey: key })));
    const flags = world.runFlags({ "api.anthropic.com": api });
    const run = (more: readonly string[], command: readonly string[]) =>
      world.vaultbox(["run", ...flags, ...more, "--", ...command], { timeoutMs: runTimeoutMs });
    const claude = ["claude", "--dangerously-skip-permissions"];
    expect((await run([], [...claude, "-p", "say it"])).status).toBe(137);
    const next = `${claude.join(" ")} --continue -p more && ${plant}`;
    const continued = await run([], ["sh", "-c", next]);
    // It closes the turn that was cut off
    expect(continued).toMatchObject({ status: 0, stdout: "Second: the answer is 42.\nplanted\n" });
    const [id] = await readTranscripts(world);
    const asked = api.requests.length;
    const own = join(world.root, "CLAUDE.md");
    await writeFile(own, "OWN INSTRUCTIONS\n");
    const mount = ["--mount", `${own}:~/.claude/CLAUDE.md`];
    const resumed = await run(mount, [...claude, "--resume", id ?? "", "-p", "more"]);
    expect(resumed).toMatchObject({ status: 0, stdout: "Third: the answer is 42.\n" });
    const isTold = (text: string, from: number): boolean =>
      api.requests.slice(from).some(({ body }) => body.includes(text));
    expect(isTold("PLANTED", asked)).toBe(false);
    // What vaultbox says, beside the user's own
    expect(isTold("/run/vaultbox/policy.md", asked)).toBe(true);
    expect(isTold("OWN INSTRUCTIONS", asked)).toBe(true);
    expect(await readTranscripts(world)).toHaveLength(1);
    // The control: in a home that is kept with all that is in it, the next run is told
    const home = `test-history-${process.pid}`;
    try {
      const first = `${claude.join(" ")} -p more; ${plant}`;
      await run(["--home", home], ["sh", "-c", first]);
      const before = api.requests.length;
      await run(["--home", home], [...claude, "-p", "say it"]);
      expect(isTold("PLANTED", before)).toBe(true);
    } finally {
      await execute("docker", ["volume", "rm", "-f", `vaultbox-home-${home}`]);
    }
    const row = { row: 61, test: "instructions among the conversations of Claude Code" };
    recordScore({ ...row, attempts: 3, blocked: 3, controlSucceeded: 1 });
  },
);

/** Ids of the conversations that are kept. */
async function readTranscripts(world: AgentWorld): Promise<readonly string[]> {
  const names = await readdir(join(world.vaultboxHome, "state/history"), { recursive: true });
  return names.flatMap((name) => /([0-9a-f-]{36})\.jsonl$/.exec(name)?.[1] ?? []);
}

test(
  "Codex goes on with the last conversation of the project, as an ordinary user, and not when none are kept",
  { timeout: runTimeoutMs },
  async () => {
    await using world = await openAgentWorld();
    await chown(world.workspace, 1000, 1000);
    await world.store("openai", openaiKey);
    const api = await world.openApi(openaiStandin({ script, apiKey: openaiKey }));
    const flags = world.runFlags({ "api.openai.com": api });
    const codex = async (more: readonly string[], ...args: readonly string[]): Promise<string> => {
      // The agent is found behind a wrapper too
      const command = [
        "timeout",
        "-k",
        "5",
        "600",
        "codex",
        "exec",
        ...args,
        "--skip-git-repo-check",
      ];
      const result = await world.vaultbox(["run", ...flags, ...more, "--", ...command, "more"], {
        timeoutMs: runTimeoutMs,
      });
      expect({ status: result.status, stderr: result.stderr }).toMatchObject({ status: 0 });
      return result.stdout;
    };
    expect(await codex([])).toContain("First: the answer is 42.");
    expect(await codex([], "resume", "--last")).toContain("Second: the answer is 42.");
    expect(await codex(["--no-history"], "resume", "--last")).toContain("First: the answer is 42.");
    expect(await codex([], "resume", "--last")).toContain("Third: the answer is 42.");
    const told = api.requests.filter(({ body }) => body.includes("/run/vaultbox/policy.md"));
    expect(told.length).toBeGreaterThan(3);
  },
);
