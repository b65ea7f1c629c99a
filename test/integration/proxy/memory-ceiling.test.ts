// Memory of a proxy in a process of its own, under clients that make it hold as much as they can.
import { fork } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { recordScore } from "../../support/scoreboard.ts";
import { startRawUpstream } from "../../support/upstream.ts";

/** Megabytes of the whole process: the ceiling of what is held is 268, Node itself takes some 110. */
const mostMb = 700;

/** Megabytes with nothing counted: 31 bodies are 744 by themselves. */
const controlMb = 850;

interface MeasuredProxy extends AsyncDisposable {
  readonly path: string;
  readonly readRssMb: () => Promise<number>;
}

async function startMeasured(port: number, mode: "limited" | "unlimited"): Promise<MeasuredProxy> {
  const program = fileURLToPath(new URL("./measured-proxy-process.ts", import.meta.url));
  const child = fork(program, [String(port), mode], { execArgv: ["--no-warnings"] });
  const [{ path }] = (await once(child, "message")) as [{ path: string }];
  return {
    path,
    readRssMb: async () => {
      child.send("rss");
      const [{ rss }] = (await once(child, "message")) as [{ rss: number }];
      return rss / 1e6;
    },
    [Symbol.asyncDispose]: async () => {
      const closed = once(child, "close");
      child.kill("SIGKILL");
      await closed;
    },
  };
}

function toGraphql(bytes: number): string {
  const query = 'query($x:String){repository(owner:"o",name:"n"){issue(number:1){title}}}';
  const body = JSON.stringify({ query, variables: { x: "a".repeat(bytes) } });
  const head =
    "POST /api/graphql HTTP/1.1\r\nHost: ghe.example\r\nContent-Type: application/json\r\n";
  return `${head}Content-Length: ${body.length}\r\n\r\n${body}`;
}

/** The most that the process takes while 31 bodies of 24 MB are on their way to an upstream that reads nothing. */
async function measurePeak(mode: "limited" | "unlimited"): Promise<number> {
  await using upstream = await startRawUpstream({ onConnection: (socket) => socket.pause() });
  await using proxy = await startMeasured(upstream.port, mode);
  const request = Buffer.from(toGraphql(24_000_000));
  const sockets: Socket[] = [];
  let peak = 0;
  for (let count = 0; count < 31; count += 1) {
    const socket = connect({ path: proxy.path });
    socket.on("error", () => socket.destroy());
    socket.write(request);
    sockets.push(socket);
    await pause(100);
    peak = Math.max(peak, await proxy.readRssMb());
  }
  // Without a limit all arrive; with one some wait
  for (
    let turn = 0;
    turn < 100 && (mode === "unlimited" ? peak < controlMb : turn < 20);
    turn += 1
  ) {
    await pause(100);
    peak = Math.max(peak, await proxy.readRssMb());
  }
  for (const socket of sockets) socket.destroy();
  return peak;
}

test("31 large bodies that wait for their upstream don't take memory beyond the ceiling", async () => {
  expect(await measurePeak("limited")).toBeLessThan(mostMb);
  expect(await measurePeak("unlimited")).toBeGreaterThan(controlMb);
  recordScore({ row: 54, test: "ceiling", attempts: 31, blocked: 31, controlSucceeded: 31 });
});
