import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import type { Handler } from "../../../src/http/handler.ts";
import { plainDialer, startProxy } from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";

const host = "code.example.com";
const connections = 20;
const workMs = 100;

/** What stands for an expression that nobody knows to be slow. */
function work(): void {
  const end = performance.now() + workMs;
  while (performance.now() < end);
}

/** The longest time that a timer of 10 ms was late while every connection sent its requests at once, `ms` */
async function longestGap(sockets: readonly Socket[], request: string): Promise<number> {
  // Until the server has accepted them all, which it does one in a turn
  await sleep(200);
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 10);
  const answered = sockets.map(
    (socket) => new Promise((resolve) => socket.once("end", resolve).once("close", resolve)),
  );
  for (const socket of sockets) {
    socket.resume();
    socket.write(request);
  }
  await Promise.all(answered);
  clearInterval(timer);
  return longest;
}

const get = `GET http://${host}/slow HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
const body = "a body that is slow to read";
const post = `POST http://${host}/slow HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

const refusal = { type: "answer", status: 403, headers: [], body: Buffer.alloc(0) } as const;
const places: readonly (readonly [string, Handler, string])[] = [
  [
    "heads",
    {
      match: () => {
        work();
        return { exclusive: true, handle: () => Promise.resolve(refusal) };
      },
    },
    get,
  ],
  [
    "bodies",
    {
      match: () => ({
        exclusive: true,
        handle: async (request) => {
          await request.readBody(100);
          work();
          return refusal;
        },
      }),
    },
    post,
  ],
];

test.each(places)(
  "between %s that are slow to decide, timers and signals have their turn",
  async (name, handler, request) => {
    await using proxy = await startProxy({
      rules: [],
      handlers: () => [handler],
      dialer: plainDialer(9),
    });
    const sockets = await Promise.all(Array.from({ length: connections }, () => proxy.connect()));
    const closing = request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
    const gap = await longestGap(sockets, closing);
    // Two: the one under way, and one that the timer's turn let in before
    expect(gap).toBeLessThan(3 * workMs);

    // The control: a server that works on what comes when it comes
    const naive = createServer((socket) => {
      socket.once("data", () => {
        work();
        socket.end();
      });
    });
    await new Promise<void>((resolve) => naive.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void naive.close());
    const { port } = naive.address() as AddressInfo;
    const plain = await Promise.all(
      Array.from(
        { length: connections },
        () =>
          new Promise<Socket>((resolve) => {
            const socket = connect(port, "127.0.0.1", () => resolve(socket));
          }),
      ),
    );
    expect(await longestGap(plain, request)).toBeGreaterThan(5 * workMs);
    recordScore({ row: 40, test: `slow ${name}`, attempts: 1, blocked: 1, controlSucceeded: 1 });
  },
);
