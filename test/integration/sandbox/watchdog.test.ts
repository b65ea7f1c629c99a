import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startFakeEngine } from "../../support/fake-engine.ts";
import { recordScore } from "../../support/scoreboard.ts";

const program = join(import.meta.dirname, "../../support/blocked-process.ts");

interface Blocked {
  readonly blockMs: number;
  readonly limitMs?: number;
  readonly busyMs?: number;
  readonly isWatched: boolean;
}

/** When the container was told to end, `ms` after the process had started, and what the process says then. */
async function block({ blockMs, limitMs = 0, busyMs = 60_000, isWatched }: Blocked) {
  const kills: number[] = [];
  const startedAt = performance.now();
  const { env } = await startFakeEngine((request, response) => {
    if (request.url?.includes("/kill") === true) {
      expect(request.url).toContain("/containers/box/kill?signal=SIGKILL");
      kills.push(performance.now() - startedAt);
      response.writeHead(204).end();
      return;
    }
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(
      JSON.stringify({ Id: "box", Name: "/box", HostConfig: {}, Config: {}, State: {} }),
    );
  });
  const words = [blockMs, limitMs, busyMs].map(String);
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [program, ...words, isWatched ? "wake" : "none"],
    { env },
  );
  return { kills, stdout };
}

test("a time limit ends the command though the event loop has no turn", async () => {
  const options = { blockMs: 7_000, limitMs: 1_000 };
  const { kills, stdout } = await block({ ...options, isWatched: true });
  expect(kills.length).toBeGreaterThan(0);
  expect(kills[0]).toBeLessThan(7_000);
  expect(stdout).toBe("time-limit");
  // The control: nobody but the event loop
  expect(await block({ ...options, isWatched: false })).toEqual({ kills: [], stdout: "undefined" });
  recordScore({ row: 40, test: "time limit", attempts: 1, blocked: 1, controlSucceeded: 1 });
}, 30_000);

test("a command that keeps the event loop computing is ended; one that only takes its time is not", async () => {
  const { kills, stdout } = await block({ blockMs: 6_000, busyMs: 2_000, isWatched: true });
  expect(kills.length).toBeGreaterThan(0);
  expect(stdout).toBe("busy");
  const short = await block({ blockMs: 1_500, busyMs: 4_000, limitMs: 60_000, isWatched: true });
  expect(short).toEqual({ kills: [], stdout: "undefined" });
}, 30_000);
