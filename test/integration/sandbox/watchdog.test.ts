import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startFakeEngine } from "../../support/fake-engine.ts";
import { makeTemporaryFolder } from "../../support/git-repositories.ts";
import { recordScore } from "../../support/scoreboard.ts";

const program = join(import.meta.dirname, "blocked-process.ts");

interface Blocked {
  readonly how: "computes" | "waits";
  /** A process whose container is told to end goes on at once */
  readonly blockMs: number;
  readonly limitMs?: number;
  readonly busyMs?: number;
  readonly isWatched: boolean;
}

/** How often the container was told to end, and what the process says then. */
async function block({ how, blockMs, limitMs = 0, busyMs = 60_000, isWatched }: Blocked) {
  await using folder = await makeTemporaryFolder("vbx-blocked");
  const enough = join(folder.path, "enough");
  let kills = 0;
  const { env } = await startFakeEngine((request, response) => {
    if (request.url?.includes("/kill") === true) {
      expect(request.url).toContain("/containers/box/kill?signal=SIGKILL");
      kills += 1;
      writeFileSync(enough, "");
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
    [program, how, ...words, isWatched ? "wake" : "none", enough],
    { env },
  );
  return { kills, stdout };
}

test("a time limit ends the command though the event loop has no turn", async () => {
  const blocked = { how: "waits", limitMs: 1_000 } as const;
  const [watched, control] = await Promise.all([
    block({ ...blocked, blockMs: 20_000, isWatched: true }),
    // Nobody but the event loop, for longer than the limit and what is given on top
    block({ ...blocked, blockMs: 4_500, isWatched: false }),
  ]);
  expect(watched).toEqual({ kills: 1, stdout: "time-limit" });
  expect(control).toEqual({ kills: 0, stdout: "undefined" });
  recordScore({ row: 40, test: "time limit", attempts: 1, blocked: 1, controlSucceeded: 1 });
}, 30_000);

test("a command that keeps the event loop computing is ended; one that only takes its time is not", async () => {
  const [long, short] = await Promise.all([
    block({ how: "computes", blockMs: 20_000, busyMs: 2_000, isWatched: true }),
    block({ how: "computes", blockMs: 1_500, busyMs: 4_000, limitMs: 60_000, isWatched: true }),
  ]);
  expect(long).toEqual({ kills: 1, stdout: "busy" });
  expect(short).toEqual({ kills: 0, stdout: "undefined" });
}, 30_000);
