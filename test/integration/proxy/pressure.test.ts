import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer as createHttpServer } from "node:http";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Dialer } from "../../../src/proxy/upstream/dial.ts";
import { changeLimits } from "../../support/change-limits.ts";
import { type ProxyFixture, startProxy } from "../../support/proxy-fixture.ts";
import {
  headBombs,
  idleTunnels,
  manyNames,
  measurePressure,
  type PressedProxy,
  type Pressure,
  type PressureResult,
  slowHeads,
  stuckUploads,
} from "../../support/proxy-pressure.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { type RawUpstream, startRawUpstream } from "../../support/upstream.ts";

/** As in production but for the number of connections, so that less pressure reaches it. */
const mostConnections = 400;

changeLimits({ clientConnections: mostConnections });

interface World extends AsyncDisposable {
  readonly proxy: ProxyFixture;
}

/** `up.example` answers at once; `stuck.example` accepts and reads nothing. */
async function startWorld(): Promise<World> {
  await using stack = new AsyncDisposableStack();
  const up = stack.use(
    await startRawUpstream({
      onConnection: (socket) =>
        socket.on("data", () => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")),
    }),
  );
  const stuck = stack.use(await startRawUpstream({ onConnection: (socket) => socket.pause() }));
  const proxy = stack.use(
    await startProxy({
      rules: [
        "* http://up.example",
        "* https://up.example",
        "* http://stuck.example",
        "* https://*.names.example",
      ],
      dialer: dialerTo(up, stuck),
    }),
  );
  const owned = stack.move();
  return { proxy, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

function dialerTo(up: RawUpstream, stuck: RawUpstream): Dialer {
  return {
    dial: async ({ host }) => {
      const { port } = host === "stuck.example" ? stuck : up;
      const socket = connect({ port, host: "127.0.0.1", noDelay: true });
      await once(socket, "connect");
      return { socket, address: "127.0.0.1" };
    },
  };
}

// The bound on latency is loose here, and for the best of some measurements: other tests run beside this one;
// test/soak/proxy-pressure.ts reports ratios
const mostMs = 250;
const mostMeasurements = 4;

async function measureBest(proxy: PressedProxy, pressure: Pressure): Promise<PressureResult> {
  let best = await measurePressure(proxy, pressure, 150);
  for (let count = 1; count < mostMeasurements && best.p99PressedMs >= mostMs; count += 1) {
    const next = await measurePressure(proxy, pressure, 150);
    best = {
      ...next,
      p99PressedMs: Math.min(best.p99PressedMs, next.p99PressedMs),
      memoryGrowthMb: Math.max(best.memoryGrowthMb, next.memoryGrowthMb),
      failures: best.failures + next.failures,
    };
  }
  return best;
}

interface Case {
  readonly pressure: Pressure;
  readonly mostMb: number;
  /** Against a naive proxy the same pressure does harm; without one the quiet client is the baseline */
  readonly control?: () => Promise<boolean>;
}

const cases: readonly Case[] = [
  {
    pressure: slowHeads(mostConnections + 100),
    mostMb: 80,
    control: () => shutsOut(slowHeads(mostConnections + 100)),
  },
  {
    pressure: idleTunnels(mostConnections + 100),
    mostMb: 80,
    control: () => shutsOut(idleTunnels(mostConnections + 100)),
  },
  { pressure: headBombs(8), mostMb: 120 },
  { pressure: manyNames(2000), mostMb: 150 },
  { pressure: stuckUploads(40), mostMb: 150 },
];

for (const { pressure, mostMb, control } of cases) {
  test(`beside ${pressure.name}, another client is served in time`, async () => {
    await using world = await startWorld();
    const result = await measureBest(world.proxy, pressure);
    expect(result.failures).toBe(0);
    expect(result.p99PressedMs).toBeLessThan(Math.max(mostMs, 4 * result.p99QuietMs));
    expect(result.memoryGrowthMb).toBeLessThan(mostMb);
    const isHarmful = await control?.();
    expect(isHarmful ?? true).toBe(true);
    recordScore({
      row: 40,
      test: pressure.name,
      attempts: 1,
      blocked: 1,
      controlSucceeded: isHarmful === true ? 1 : 0,
    });
  });
}

/** Whether the ordinary client is refused by a server that simply stops at as many connections. */
async function shutsOut(pressure: Pressure): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "vbx-naive-"));
  const path = join(folder, "s");
  const server = createHttpServer((_, response) => void response.end("ok"));
  server.maxConnections = mostConnections;
  server.on("connect", (_, socket) => void socket.write("HTTP/1.1 200 OK\r\n\r\n"));
  server.listen(path);
  await once(server, "listening");
  const naive = { path, connect: () => connectTo(path) };
  const { failures } = await measurePressure(naive, pressure, 20);
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
  return failures > 0;
}

async function connectTo(path: string): Promise<Socket> {
  const socket = connect({ path });
  await once(socket, "connect");
  return socket;
}

test("an upload waits for its upstream: what a stuck one doesn't take stays with the client", async () => {
  await using world = await startWorld();
  const pressure = stuckUploads(10);
  const stop = await pressure.start(world.proxy);
  await pause(500);
  // The kernel's buffers of two sockets, the proxy's high water mark and the client's own
  expect(pressure.sent() / 10).toBeLessThan(8_000_000);
  stop();
});
