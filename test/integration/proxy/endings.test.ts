// How exchanges end when one side is slow, early, silent or gone: each must end in an answer or a close, and in exactly
// one outcome. The time limits are short here; everything else is the real proxy.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import type { RequestOutcomeEvent } from "../../../src/audit/audit-event.ts";
import { changeLimits } from "../../support/change-limits.ts";
import {
  plainDialer,
  type ProxyFixture,
  startProxy,
  startRecordingUpstream,
  talk,
} from "../../support/proxy-fixture.ts";
import { startRawUpstream } from "../../support/upstream.ts";

changeLimits({ writeIdleMs: 4000, lingerMs: 500, continueMs: 100 });

const rules = ["* http://up.example"];

function outcomes(proxy: ProxyFixture): readonly RequestOutcomeEvent[] {
  return proxy.events.filter((event) => event.type === "request.outcome");
}

function request(line: string, fields: readonly string[] = []): string {
  return [`${line} HTTP/1.1`, "Host: up.example", ...fields, "", ""].join("\r\n");
}

/** Resolves when the proxy has ended its side. */
async function closed(socket: Socket): Promise<void> {
  socket.on("error", () => socket.destroy()).resume();
  if (!socket.closed && !socket.readableEnded) {
    await Promise.race([once(socket, "end"), once(socket, "close")]);
  }
  socket.destroy();
}

test("a slow reader gets the whole of a last response, however long its end takes", async () => {
  const body = randomBytes(3_000_000);
  await using upstream = await startRecordingUpstream((socket) => {
    socket.end(
      Buffer.concat([
        Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`),
        body,
      ]),
    );
  });
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const client = await proxy.connect();
  client.pause();
  client.write(request("GET /big", ["Connection: close"]));
  await pause(100);
  const chunks: Buffer[] = [];
  // Slower than the linger time, faster than the limit on a peer that takes nothing
  client.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    client.pause();
    setTimeout(() => client.resume(), 50);
  });
  client.resume();
  await once(client, "end");
  const text = Buffer.concat(chunks);
  expect(text.length - text.indexOf("\r\n\r\n") - 4).toBe(body.length);
  client.destroy();
});

test("an answer that begins before the upload ends doesn't cut the upload short", async () => {
  await using upstream = await startRawUpstream({
    onConnection: (socket) => {
      let isAnswered = false;
      socket.on("data", (chunk: Buffer) => {
        if (!isAnswered) {
          isAnswered = true;
          socket.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        } else socket.write(chunk);
        if (chunk.includes("the end")) socket.end();
      });
    },
  });
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const client = await proxy.connect();
  let text = "";
  client.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  client.write(request("POST /echo", ["Content-Length: 200007"]));
  await expect.poll(() => text).toMatch(/^HTTP\/1\.1 200 OK/);
  client.write("a".repeat(100_000));
  await pause(30);
  client.write("b".repeat(100_000));
  await pause(30);
  client.write("the end");
  await once(client, "end");
  expect(text).toContain("the end");
  client.destroy();
  expect(outcomes(proxy)).toMatchObject([{ outcome: "completed", bytesUp: 200_007 }]);
});

test("an upload that its upstream refuses early is answered, and both connections end", async () => {
  await using upstream = await startRawUpstream({
    onConnection: (socket) => {
      socket.once("data", () => {
        socket.pause();
        socket.write("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
      });
    },
  });
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const client = await proxy.connect();
  const answer = talk(client, request("POST /up", ["Transfer-Encoding: chunked"]));
  const block = Buffer.concat([
    Buffer.from("10000\r\n"),
    Buffer.alloc(0x10000),
    Buffer.from("\r\n"),
  ]);
  for (let index = 0; index < 40 && !client.destroyed; index++) client.write(block);
  expect(await answer).toMatch(/^HTTP\/1\.1 413 /);
  await closed(client);
  expect(outcomes(proxy)).toMatchObject([{ outcome: "completed", status: 413 }]);
});

test("an upstream that stops reading and breaks off leaves no client waiting", async () => {
  const sockets: Socket[] = [];
  await using upstream = await startRawUpstream({
    onConnection: (socket) => {
      sockets.push(socket);
      socket.once("data", () => socket.pause());
      setTimeout(() => socket.resetAndDestroy(), 400);
    },
  });
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  for (const framing of ["Transfer-Encoding: chunked", "Content-Length: 40000000"]) {
    const client = await proxy.connect();
    let text = "";
    client.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
    client.write(request("POST /up", [framing]));
    if (framing.startsWith("Content")) client.write(Buffer.alloc(8_000_000));
    else client.write(Buffer.concat([Buffer.from("7a1200\r\n"), Buffer.alloc(8_000_000)]));
    await expect.poll(() => text, { timeout: 5000 }).toMatch(/^HTTP\/1\.1 502 /);
    // It never ends its own side: the proxy has to
    await closed(client);
  }
  expect(outcomes(proxy)).toMatchObject([
    { outcome: "upstream-failed" },
    { outcome: "upstream-failed" },
  ]);
});

test("a client that reads nothing is closed, and its upstream with it", async () => {
  await using upstream = await startRawUpstream({
    onConnection: (socket) => {
      socket.once("data", () => {
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n");
        const block = Buffer.alloc(100_000);
        const fill = (): void => {
          while (!socket.destroyed && socket.write(block));
        };
        socket.on("drain", fill);
        fill();
      });
    },
  });
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const client = await proxy.connect();
  client.pause();
  client.write(request("GET /flood"));
  await expect.poll(() => outcomes(proxy), { timeout: 20_000 }).toMatchObject([{ status: 200 }]);
  expect(outcomes(proxy)[0]?.outcome).toBe("client-aborted");
  await closed(client);
});

test("requests in a row whose answers nobody reads are not forwarded without end", async () => {
  let served = 0;
  await using upstream = await startRawUpstream({
    onConnection: (socket) => {
      socket.on("data", (chunk: Buffer) => {
        const count = chunk.toString("latin1").split("\r\n\r\n").length - 1;
        served += count;
        socket.write(
          `HTTP/1.1 204 No Content\r\nX-Fill: ${"x".repeat(60_000)}\r\n\r\n`.repeat(count),
        );
      });
    },
  });
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const client = await proxy.connect();
  client.pause();
  client.write(request("GET /").repeat(2000));
  await expect.poll(() => served).toBeGreaterThan(2);
  await pause(1000);
  const atOnce = served;
  // 60 KB each: what the kernel's and the socket's buffers hold, and no more
  expect(atOnce).toBeLessThan(60);
  client.destroy();
});

test("a kept connection gathers no listeners, whatever requests it serves", async () => {
  const warnings: string[] = [];
  const onWarning = (warning: Error): void => void warnings.push(warning.message);
  process.on("warning", onWarning);
  await using upstream = await startRecordingUpstream((socket, received) => {
    if (received.endsWith("\r\n\r\n") && /Expect[^\0]*\r\n\r\n$/.test(received.slice(-200))) {
      socket.write("HTTP/1.1 100 Continue\r\n\r\n");
    }
    if (received.endsWith("hello")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const client = await proxy.connect();
  for (let index = 0; index < 15; index++) {
    const head = request("POST /", ["Content-Length: 5", "Expect: 100-continue"]);
    expect(await talk(client, head, { until: /\r\n\r\n$/ })).toMatch(/ 100 Continue/);
    expect(await talk(client, "hello", { until: /ok$/ })).toMatch(/ 200 OK/);
    for (const name of ["data", "end", "close", "error"]) client.removeAllListeners(name);
  }
  await pause(10);
  process.off("warning", onWarning);
  expect(upstream.connections()).toBe(1);
  expect(warnings.filter((text) => text.includes("listeners"))).toEqual([]);
  client.destroy();
});

test("an Expect without a body isn't passed on", async () => {
  await using upstream = await startRecordingUpstream();
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const bodyless = await proxy.connect();
  await talk(bodyless, request("GET /", ["Expect: 100-continue"]), { quietMs: 150 });
  expect(upstream.received()).toContain("GET / HTTP/1.1");
  expect(upstream.received()).not.toMatch(/expect/i);
});

test.each(["Content_Length", "transfer_encoding", "Transfer_Encoding"])(
  "a spelling of a framing header with an underscore isn't passed on: %s",
  async (name) => {
    await using upstream = await startRecordingUpstream();
    await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
    const answer = await talk(await proxy.connect(), request("POST /u", [`${name}: chunked`]));
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(upstream.received()).toBe("");
  },
);

test("a request whose client ends its side is given up, whenever that side ended", async () => {
  await using upstream = await startRecordingUpstream(() => undefined);
  await using proxy = await startProxy({
    rules,
    dialer: plainDialer(upstream.port),
    onDecision: () => pause(200),
  });
  for (const delayMs of [0, 600]) {
    const client = await proxy.connect();
    client.on("data", () => undefined);
    client.write(request("GET /"));
    await pause(delayMs);
    client.end();
    await closed(client);
  }
  expect(outcomes(proxy)).toMatchObject([
    { outcome: "client-aborted" },
    { outcome: "client-aborted" },
  ]);
});

test("when the session ends, requests under way have recorded how they ended", async () => {
  await using upstream = await startRecordingUpstream(() => undefined);
  const proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const clients = await Promise.all(Array.from({ length: 20 }, () => proxy.connect()));
  for (const client of clients) {
    client.on("error", () => client.destroy());
    client.write(request("GET /wait"));
  }
  await expect.poll(() => upstream.connections()).toBe(20);
  const ended = proxy[Symbol.asyncDispose]();
  await ended;
  expect(outcomes(proxy)).toHaveLength(20);
});
