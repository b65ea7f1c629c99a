import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { startEmptyEngine } from "./empty-engine.ts";
import { cliEnvironment, cliPath } from "../../support/run-cli.ts";
import { runOnTerminal } from "../../support/terminal.ts";

/** The CLI with a home of its own; its lines so far, and its end. */
async function start(args: readonly string[], env: NodeJS.ProcessEnv) {
  const home = await mkdtemp(join(tmpdir(), "vbx-wait-"));
  onTestFinished(() => rm(home, { recursive: true }));
  const workspace = join(home, "w");
  await mkdir(workspace);
  const child = spawn(process.execPath, [cliPath, ...args], {
    cwd: workspace,
    env: cliEnvironment(home, { ...env, HOME: home, VAULTBOX_BASE: "published" }),
    stdio: ["ignore", "ignore", "pipe"],
  });
  onTestFinished(() => void child.kill());
  const ended = once(child, "close");
  const lines: string[] = [];
  child.stderr.on("data", (chunk: Buffer) => lines.push(chunk.toString()));
  return { child, ended, said: () => lines.join("") };
}

const patient = { timeout: 20_000 };

test("two homes on one engine build an image once, and the second says at once for whom it waits", async () => {
  const gate = Promise.withResolvers<void>();
  const { env, builds } = await startEmptyEngine({ build: () => gate.promise });
  const first = await start(["image", "build"], env);
  await expect.poll(() => builds.length, patient).toBe(1);
  const second = await start(["image", "build"], env);
  const waiting = `waiting for process ${first.child.pid} on `;
  await expect.poll(second.said, patient).toContain(waiting);
  expect(second.said()).toMatch(
    /^vaultbox: making the base image: once, in some minutes\nvaultbox: waiting for process \d+ on "[^"]+", which builds the base image\n$/,
  );
  gate.resolve();
  const ends = await Promise.all([first.ended, second.ended]);
  expect(ends).toEqual([
    [0, null],
    [0, null],
  ]);
  expect(new Set(builds).size).toBe(builds.length);
});

test("the first run on an empty engine says what it does before the engine has done anything", async () => {
  const gate = Promise.withResolvers<object>();
  const { env } = await startEmptyEngine({ pull: () => gate.promise });
  const run = await start(["run", "--", "true"], env);
  await expect
    .poll(run.said, patient)
    .toMatch(
      /^vaultbox: making the base image: once, in some minutes\nvaultbox: pulling the image node:\S+\n$/,
    );
  gate.resolve({ error: "toomanyrequests: slow down" });
  expect(await run.ended).toEqual([125, null]);
  expect(run.said()).toMatch(
    /"docker pull node:\S+" failed: the engine says: toomanyrequests: slow down\nvaultbox: hint: the registry wants a login; .*: docker pull node:\S+\n/,
  );
});

test("on a terminal it shows the step and the seconds, and clears them before the error", async () => {
  const gate = Promise.withResolvers<object>();
  const { env } = await startEmptyEngine({ pull: () => gate.promise });
  const shown = "making the base image|pulling the image node";
  const ended = runOnTerminal(["image", "build"], {
    env: { ...(env as Record<string, string>), VAULTBOX_BASE: "published", TERM: "xterm" },
    when: "(1 s)",
    type: "",
    onShown: () => gate.resolve({ error: "no such host" }),
  });
  const { screen, status } = await ended;
  expect(status).toBe(1);
  expect(stripVTControlCharacters(screen)).toMatch(
    new RegExp(`vaultbox: (?:${shown})\\S* .*\\(1 s\\)`),
  );
  const after = screen.slice(screen.lastIndexOf("(1 s)"));
  expect(after).toContain("\u001b[2K");
  expect(stripVTControlCharacters(after)).toMatch(
    /vaultbox: error: cannot build the base image: "docker pull/,
  );
});
