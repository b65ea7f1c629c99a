// Clients that reach the proxy over the stdio link: each connection is an HTTP/2 stream, no net.Socket.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type ClientHttp2Stream, connect as connectHttp2 } from "node:http2";
import { type Duplex, duplexPair } from "node:stream";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { openStdioLink } from "../../../src/sandbox/link/stdio-link.ts";
import {
  plainDialer,
  type ProxyFixture,
  startProxy,
  startRecordingUpstream,
} from "../../support/proxy-fixture.ts";
import { startRawUpstream } from "../../support/upstream.ts";

const host = "api.example.com";
const rules = [`* https://${host}`];
const okAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

interface StreamLink extends AsyncDisposable {
  readonly connect: () => ClientHttp2Stream;
}

/** Both ends of the stdio link in this process. */
function linkTo(proxy: ProxyFixture): StreamLink {
  const [ours, theirs] = duplexPair();
  const link = openStdioLink(theirs, (service, stream) => proxy.accept(stream, service));
  const session = connectHttp2("http://proxy.invalid", {
    createConnection: () => ours,
    settings: { enablePush: false, initialWindowSize: 256 * 1024 },
  });
  session.on("error", () => undefined);
  return {
    connect: () => {
      const stream = session.request({ ":method": "POST", ":path": "/" }, { endStream: false });
      stream.write("proxy\n");
      return stream.on("error", () => undefined);
    },
    [Symbol.asyncDispose]: async () => {
      session.destroy();
      link.close();
      await link.ended;
    },
  };
}

async function readUntil(stream: Duplex, end: string): Promise<string> {
  let text = "";
  while (!text.includes(end)) {
    const [chunk] = (await once(stream, "data", { signal: AbortSignal.timeout(8000) })) as [Buffer];
    text += chunk.toString("latin1");
  }
  return text;
}

async function openTls(proxy: ProxyFixture, stream: ClientHttp2Stream): Promise<TLSSocket> {
  stream.write(`CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}:443\r\n\r\n`);
  expect(await readUntil(stream, "\r\n\r\n")).toContain(" 200 ");
  stream.pause();
  const tls = connectTls({ socket: stream, servername: host, ca: proxy.ca.certificatePem });
  tls.on("error", () => undefined);
  await once(tls, "secureConnect");
  return tls;
}

test("over a stream, TLS and requests in a row work as over a socket", async () => {
  await using upstream = await startRecordingUpstream();
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  await using link = linkTo(proxy);
  const tls = await openTls(proxy, link.connect());
  for (let index = 0; index < 5; index++) {
    tls.write(`GET /${index} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect(await readUntil(tls, "ok")).toMatch(/^HTTP\/1\.1 200 OK/);
  }
  expect(upstream.connections()).toBe(1);
  tls.destroy();
});

test("over a stream, large bodies arrive whole both ways at once", async () => {
  const size = 6_000_000;
  const body = randomBytes(size);
  let received = 0;
  await using upstream = await startRawUpstream({
    onConnection: (socket) => {
      socket.on("data", (chunk: Buffer) => {
        received += chunk.length;
        if (chunk.includes("the end"))
          socket.write(
            Buffer.concat([
              Buffer.from(`HTTP/1.1 200 OK\r\nContent-Length: ${size}\r\n\r\n`),
              body,
            ]),
          );
      });
    },
  });
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  await using link = linkTo(proxy);
  const bodies = await Promise.all(
    [1, 2, 3].map(async () => {
      const tls = await openTls(proxy, link.connect());
      tls.write(`POST /up HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${size + 7}\r\n\r\n`);
      tls.write(body);
      tls.write("the end");
      const chunks: Buffer[] = [];
      let length = 0;
      for await (const chunk of tls) {
        chunks.push(chunk as Buffer);
        length += (chunk as Buffer).length;
        const head = Buffer.concat(chunks.slice(0, 1)).indexOf("\r\n\r\n") + 4;
        if (length >= size + head) break;
      }
      return Buffer.concat(chunks).subarray(-size);
    }),
  );
  for (const got of bodies) expect(got.equals(body)).toBe(true);
  expect(received).toBeGreaterThan(3 * size);
});

test("over a stream, a client that resets or ends its connection ends its request", async () => {
  await using upstream = await startRecordingUpstream(() => undefined);
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  await using link = linkTo(proxy);
  const reset = link.connect();
  const first = await openTls(proxy, reset);
  first.write(`GET /reset HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await expect.poll(() => upstream.received()).toContain("/reset");
  reset.close(8);
  const ended = await openTls(proxy, link.connect());
  ended.write(`GET /ended HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  await expect.poll(() => upstream.received()).toContain("/ended");
  ended.end();
  const outcomes = () => proxy.events.filter((event) => event.type === "request.outcome");
  await expect
    .poll(outcomes, { timeout: 5000 })
    .toMatchObject([{ outcome: "client-aborted" }, { outcome: "client-aborted" }]);
});

test("over a stream, a refused request is answered and its stream ends", async () => {
  await using upstream = await startRecordingUpstream();
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  await using link = linkTo(proxy);
  const tls = await openTls(proxy, link.connect());
  tls.write("GET / HTTP/1.1\r\nHost: other.example.com\r\n\r\n");
  expect(await readUntil(tls, "\r\n\r\n")).toMatch(/^HTTP\/1\.1 421 /);
  await expect.poll(() => tls.resume().readableEnded, { timeout: 5000 }).toBe(true);
  const refused = link.connect();
  refused.write("CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n");
  expect(await readUntil(refused, "\r\n\r\n")).toMatch(/^HTTP\/1\.1 200 /);
  refused.write("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n");
  expect(await readUntil(refused, "to allow it")).toMatch(/^HTTP\/1\.1 403 /);
  await expect.poll(() => refused.resume().readableEnded, { timeout: 5000 }).toBe(true);
  expect(upstream.connections()).toBe(0);
});

test("over a stream, hundreds of connections at once are all served, and none stays", async () => {
  await using upstream = await startRawUpstream({
    onConnection: (socket) => {
      socket.on("data", () => socket.write(okAnswer));
    },
  });
  await using proxy = await startProxy({
    rules: [`* http://${host}`],
    dialer: plainDialer(upstream.port),
  });
  await using link = linkTo(proxy);
  await Promise.all(
    Array.from({ length: 300 }, async (_, index) => {
      const stream = link.connect();
      stream.write(`GET /${index} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(await readUntil(stream, "ok")).toMatch(/^HTTP\/1\.1 200 OK/);
      stream.end();
      await pause(0);
      if (!stream.closed) await once(stream, "close", { signal: AbortSignal.timeout(8000) });
    }),
  );
});
