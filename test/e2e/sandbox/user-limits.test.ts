import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { cliEnvironment, cliPath } from "../../support/run-cli.ts";
import { createWorld } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";

const run = promisify(execFile);
const owner = 4711;

interface Taken {
  readonly timers: number;
  readonly queues: number;
}

function toTaken(text: string): Taken {
  const [, timers, queues] = /timers (\d+) queues (\d+)/.exec(text) ?? [];
  return { timers: Number(timers), queues: Number(queues) };
}

/** What it holds, once it says so. */
async function untilHeld(child: ChildProcess): Promise<Taken> {
  for await (const chunk of child.stdout ?? []) {
    if (String(chunk).includes("timers")) return toTaken(String(chunk));
  }
  throw new Error("the probe ended without a word");
}

test("a sandbox that takes all timers and message queues leaves some to its user on the host", async () => {
  await using world = await createWorld(owner);
  const probe = join(world.workspace, "probe");
  await copyFile(join(import.meta.dirname, "user-limits-probe.c"), `${probe}.c`);
  const built = await world.run(["run", "--", "cc", "-static", "-o", "probe", "probe.c", "-lrt"]);
  expect(built.status, built.stderr).toBe(0);
  const user = { uid: owner, gid: owner, cwd: "/", env: {} };
  const look = async () => toTaken((await run(probe, ["look"], user)).stdout);
  expect(await look()).toEqual({ timers: 1, queues: 1 });

  const boxed = spawn(process.execPath, [cliPath, "run", "--", "./probe", "hold"], {
    cwd: world.workspace,
    env: cliEnvironment(world.home),
    stdio: ["pipe", "pipe", "inherit"],
  });
  const held = await untilHeld(boxed);
  expect(held.timers).toBeGreaterThan(1000);
  expect(held.queues).toBeGreaterThan(1);
  const left = await look();
  boxed.stdin.end();
  await once(boxed, "close");
  expect(left).toEqual({ timers: 1, queues: 1 });

  // The control: the same program of the same user without a sandbox
  const free = spawn(probe, ["hold"], { ...user, stdio: ["pipe", "pipe", "inherit"] });
  await untilHeld(free);
  const none = await look();
  free.stdin.end();
  await once(free, "close");
  expect(none).toEqual({ timers: 0, queues: 0 });
  recordScore({ row: 49, test: "limits of a user", attempts: 2, blocked: 2, controlSucceeded: 2 });
});
