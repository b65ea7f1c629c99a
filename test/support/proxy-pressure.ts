// Clients that press on the proxy, and one ordinary client beside them whose latency is what counts.
import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { ProxyFixture } from "./proxy-fixture.ts";

/** What is pressed on: the proxy, or a naive one as control. */
export type PressedProxy = Pick<ProxyFixture, "path" | "connect">;

/** What the ordinary client saw and what the process held, with the pressure and without it. */
export interface PressureResult {
  readonly name: string;
  readonly p99QuietMs: number;
  readonly p99PressedMs: number;
  /** Pressed against quiet */
  readonly ratio: number;
  readonly memoryGrowthMb: number;
  /** Requests of the ordinary client that weren't answered with a 200 */
  readonly failures: number;
}

export interface Pressure {
  readonly name: string;
  /** Starts pressing; the result stops it */
  readonly start: (proxy: PressedProxy) => Promise<() => void>;
}

const host = "up.example";

/** Measures the ordinary client alone, then beside the pressure: requests on a kept and on new connections. */
export async function measurePressure(
  proxy: PressedProxy,
  pressure: Pressure,
  requests: number,
): Promise<PressureResult> {
  await ordinaryClient(proxy, Math.ceil(requests / 4));
  const quiet = await ordinaryClient(proxy, requests);
  const before = process.memoryUsage().rss;
  const stop = await pressure.start(proxy);
  const pressed = await ordinaryClient(proxy, requests);
  const memoryGrowthMb = (process.memoryUsage().rss - before) / 1e6;
  stop();
  return {
    name: pressure.name,
    p99QuietMs: percentile99(quiet.times),
    p99PressedMs: percentile99(pressed.times),
    ratio: percentile99(pressed.times) / percentile99(quiet.times),
    memoryGrowthMb,
    failures: quiet.failures + pressed.failures,
  };
}

function percentile99(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN;
}

async function ordinaryClient(
  proxy: PressedProxy,
  requests: number,
): Promise<{ times: number[]; failures: number }> {
  const times: number[] = [];
  let failures = 0;
  let kept: Socket | undefined;
  for (let index = 0; index < requests; index++) {
    const startedAt = performance.now();
    // Every tenth request comes on a connection of its own
    if (kept === undefined || index % 10 === 0) {
      kept?.destroy();
      kept = await proxy.connect();
      kept.on("error", () => undefined).setMaxListeners(0);
    }
    kept.write(`GET /${index} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    const answer = await Promise.race([
      once(kept, "data").then(([chunk]) => String(chunk)),
      once(kept, "close").then(() => "closed"),
      pause(10_000, "late", { ref: false }),
    ]).catch(() => "failed");
    if (!answer.startsWith("HTTP/1.1 200 ")) {
      failures++;
      kept.destroy();
      kept = undefined;
    }
    times.push(performance.now() - startedAt);
    await pause(1);
  }
  kept?.destroy();
  return { times, failures };
}

function open(proxy: PressedProxy): Socket {
  const socket = connect({ path: proxy.path });
  return socket.on("error", () => socket.destroy());
}

/** Opens `count` connections, a few hundred at a time, so that the listener's backlog takes them. */
async function openMany(
  proxy: PressedProxy,
  count: number,
  first: string,
): Promise<readonly Socket[]> {
  const sockets: Socket[] = [];
  for (let index = 0; index < count; index++) {
    const socket = open(proxy);
    if (first !== "") socket.write(first);
    socket.resume();
    sockets.push(socket);
    if (index % 100 === 99) await pause(5);
  }
  await pause(200);
  return sockets;
}

/** A head that comes one byte at a time, on many connections. */
export function slowHeads(count: number): Pressure {
  return {
    name: `${count} heads, a byte at a time`,
    start: async (proxy) => {
      const sockets = await openMany(proxy, count, "GET / HTTP/1.1\r\nHost: up.example\r\nX-A: ");
      const timer = setInterval(() => {
        for (const socket of sockets) if (!socket.destroyed) socket.write("a");
      }, 1000);
      return () => {
        clearInterval(timer);
        for (const socket of sockets) socket.destroy();
      };
    },
  };
}

export function idleTunnels(count: number): Pressure {
  return {
    name: `${count} tunnels that say nothing`,
    start: async (proxy) => {
      const sockets = await openMany(proxy, count, "CONNECT up.example:443 HTTP/1.1\r\n\r\n");
      return () => sockets.forEach((socket) => socket.destroy());
    },
  };
}

/** Heads just below and above the limit, over and over. */
export function headBombs(connections: number): Pressure {
  const fields = `X-Bomb: ${"b".repeat(300)}\r\n`.repeat(190);
  const large = `GET / HTTP/1.1\r\nHost: evil.example\r\n${fields}\r\n`;
  const endless = `GET / HTTP/1.1\r\nHost: up.example\r\nX-A: ${"a".repeat(80_000)}`;
  return {
    name: `header bombs on ${connections} connections`,
    start: async (proxy) => {
      let isStopped = false;
      const press = async (bytes: string): Promise<void> => {
        while (!isStopped) {
          const socket = open(proxy);
          socket.resume();
          socket.end(bytes);
          await once(socket, "close").catch(() => undefined);
          await pause(10);
        }
      };
      for (let index = 0; index < connections; index++) {
        void press(index % 2 === 0 ? large : endless);
      }
      return () => {
        isStopped = true;
      };
    },
  };
}

/** Handshakes for `count` names that were never seen, one after the other. */
export function manyNames(count: number): Pressure & { readonly done: () => number } {
  let done = 0;
  return {
    name: `${count} different server names`,
    done: () => done,
    start: async (proxy) => {
      let isStopped = false;
      const press = async (): Promise<void> => {
        while (!isStopped && done < count) {
          const name = `n${done++}.names.example`;
          const secure = connectTls({
            socket: open(proxy),
            servername: name,
            rejectUnauthorized: false,
          });
          secure.on("error", () => undefined);
          secure.once("secureConnect", () => secure.destroy());
          await once(secure, "close").catch(() => undefined);
        }
      };
      void press();
      return () => {
        isStopped = true;
      };
    },
  };
}

/** Chunked uploads, as fast as they are taken, to an upstream that reads nothing. */
export function stuckUploads(connections: number): Pressure & { readonly sent: () => number } {
  let sent = 0;
  const block = Buffer.concat([
    Buffer.from("10000\r\n"),
    Buffer.alloc(0x10000),
    Buffer.from("\r\n"),
  ]);
  return {
    name: `${connections} uploads to an upstream that reads nothing`,
    sent: () => sent,
    start: async (proxy) => {
      const sockets = Array.from({ length: connections }, () => open(proxy));
      for (const socket of sockets) {
        socket.write(
          "POST / HTTP/1.1\r\nHost: stuck.example\r\nTransfer-Encoding: chunked\r\n\r\n",
        );
        const fill = (): void => {
          while (!socket.destroyed && socket.writableLength < 4e5) {
            sent += block.length;
            socket.write(block);
          }
        };
        socket.on("drain", fill);
        fill();
      }
      await pause(300);
      return () => sockets.forEach((socket) => socket.destroy());
    },
  };
}
