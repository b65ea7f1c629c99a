import { once } from "node:events";
import { connect as connectHttp2, createServer as createHttp2Server } from "node:http2";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { describe, expect, test } from "vitest";
import { startRelay } from "./relay-process.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";

const echo = (socket: Duplex): void => {
  socket.on("error", () => undefined);
  socket.pipe(socket);
};

/** More than the 1,000 resets that nghttp2 takes from one peer by default. */
const resets = 3000;
const atOnce = 100;

async function resetOne(port: number): Promise<void> {
  const socket = connect({ port, host: "127.0.0.1" });
  socket.on("error", () => undefined);
  await new Promise<void>((resolve) => {
    socket.once("connect", () => {
      socket.write("x");
      socket.resetAndDestroy();
      resolve();
    });
    socket.once("close", () => resolve());
  });
}

async function resetMany(port: number): Promise<void> {
  for (let done = 0; done < resets; done += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, () => resetOne(port)));
  }
}

/** What a new client gets back for a word; empty when nothing answers. */
async function echoOf(port: number, word: string): Promise<string> {
  const socket: Socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => undefined);
  socket.end(word);
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
  await new Promise((resolve) => socket.once("close", resolve));
  return answer;
}

/** The same with a server that has Node's defaults: whether its one session outlives the resets. */
async function survivesWithDefaults(): Promise<boolean> {
  const server = createHttp2Server((_, response) => void response.end());
  server.on("sessionError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  client.on("error", () => undefined);
  await once(client, "remoteSettings");
  for (let done = 0; done < resets && !client.destroyed && !client.closed; done += atOnce) {
    for (let index = 0; index < atOnce; index += 1) {
      if (client.destroyed || client.closed) break;
      const stream = client.request({ ":method": "POST" }, { endStream: false });
      stream.on("error", () => undefined);
      stream.close(8);
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const survived = !client.destroyed && !client.closed;
  client.destroy();
  server.close();
  return survived;
}

test("thousands of clients that reset at once end neither link", async () => {
  let blocked = 0;
  for (const choice of ["unix", "stdio"] as const) {
    await using relay = await startRelay({ choice, onConnection: echo });
    await resetMany(relay.ports.proxy);
    // The last of them may still be counted as open
    await expect.poll(() => echoOf(relay.ports.proxy, choice), { timeout: 10_000 }).toBe(choice);
    blocked += 1;
  }
  const isFragile = !(await survivesWithDefaults());
  expect(isFragile).toBe(true);
  recordScore({
    row: 40,
    test: "resets by clients end the link",
    attempts: 2,
    blocked,
    controlSucceeded: 1,
  });
}, 60_000);

describe.each(["unix", "stdio"] as const)(
  "on the %s link what a client sends is data",
  (choice) => {
    const relay = openShared(async (stack) => {
      const started = stack.use(await startRelay({ choice, onConnection: echo }));
      const state: { ended: string | undefined } = { ended: undefined };
      void started.link.ended.then((reason) => (state.ended = reason));
      return { ports: started.ports, state };
    });

    test.each([
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "\u0000\u0000\u0008\u0007\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0002",
      `VBX2 ${"0".repeat(32)}\n`,
      `${JSON.stringify({ relay: "ended", reason: "forged" })}\n`,
      "\u0002\u0000\u0000\u0000\u0000\u0000\u0000\u0007forged\n",
    ])("whatever it looks like: %j", async (text) => {
      const { ports, state } = relay();
      expect(await echoOf(ports.proxy, text)).toBe(text);
      expect(state.ended).toBeUndefined();
    });
  },
);
