import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { expect, test } from "vitest";
import type { SecretProvider } from "../../../src/credential/secret-provider.ts";
import { createDialer, type Dialer } from "../../../src/proxy/upstream/dial.ts";
import { parseConnectTo } from "../../../src/proxy/client/connect-to.ts";
import { createUpstreamRoots } from "../../../src/proxy/upstream/upstream-roots.ts";
import { makeCredential } from "../../support/credential-fixtures.ts";
import {
  plainDialer,
  startProxy,
  startRecordingUpstream,
  talk,
} from "../../support/proxy-fixture.ts";
import { createTestCa } from "../../support/test-ca.ts";
import { openTunnel } from "../../support/tls-client.ts";
import { startTlsUpstream, type Upstream } from "../../support/upstream.ts";

const host = "api.example.com";
const rules = [`* https://${host}`];

async function startUpstream(
  handler: RequestListener,
): Promise<{ upstream: Upstream; dialer: Dialer }> {
  const ca = createTestCa();
  const upstream = await startTlsUpstream({ ca, hosts: [host], handler });
  const dialer = createDialer({
    roots: createUpstreamRoots({ extraCaPem: [ca.certPem] }),
    connectTo: [parseConnectTo(`${host}:443:127.0.0.1:${upstream.port}`)],
  });
  return { upstream, dialer };
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

async function readAll(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

test("an event stream arrives event by event, none held back for the next", async () => {
  let response: ServerResponse | undefined;
  const { upstream, dialer } = await startUpstream((_, outgoing) => {
    outgoing.writeHead(200, { "content-type": "text/event-stream" });
    outgoing.write("data: 0\n\n");
    response = outgoing;
  });
  await using _upstream = upstream;
  await using proxy = await startProxy({ rules, dialer });
  const tunnel = await openTunnel(proxy, `${host}:443`);
  let text = "";
  tunnel.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  tunnel.write(`GET /events HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  for (let index = 1; index <= 5; index++) {
    while (!text.includes(`data: ${index - 1}\n\n`)) await once(tunnel, "data");
    response?.write(`data: ${index}\n\n`);
  }
  expect(text).toContain("data: 4");
  tunnel.destroy();
});

test("large bodies go both ways byte for byte, with a length and in chunks", async () => {
  const { upstream, dialer } = await startUpstream((incoming, outgoing) => {
    void readAll(incoming).then((body) => {
      outgoing.setHeader("x-digest", digest(body));
      if (incoming.url === "/chunked") outgoing.write(body.subarray(0, 1));
      else outgoing.setHeader("content-length", body.length);
      outgoing.end(incoming.url === "/chunked" ? body.subarray(1) : body);
    });
  });
  await using _upstream = upstream;
  await using proxy = await startProxy({ rules, dialer });
  const body = randomBytes(8 * 1024 * 1024);
  const plain = await openTunnel(proxy, `${host}:443`);
  // The end of the connection is the end of the answer: no pause is taken for it, however busy the machine is
  const head = `Host: ${host}\r\nConnection: close\r\n`;
  const quietMs = 30_000;
  plain.write(`POST /plain HTTP/1.1\r\n${head}Content-Length: ${body.length}\r\n\r\n`);
  const echoed = Buffer.from(await talk(plain, body, { quietMs }), "latin1");
  expect(echoed.toString("latin1", 0, 400)).toContain(`x-digest: ${digest(body)}`);
  expect(digest(echoed.subarray(echoed.indexOf("\r\n\r\n") + 4))).toBe(digest(body));
  plain.destroy();
  const chunked = await openTunnel(proxy, `${host}:443`);
  chunked.write(`POST /chunked HTTP/1.1\r\n${head}Transfer-Encoding: chunked\r\n\r\n`);
  const half = body.length / 2;
  for (const part of [body.subarray(0, half), body.subarray(half)]) {
    chunked.write(`${part.length.toString(16)}\r\n`);
    chunked.write(part);
    chunked.write("\r\n");
  }
  const answer = await talk(chunked, "0\r\n\r\n", { quietMs });
  expect(answer.slice(0, 400)).toContain(`x-digest: ${digest(body)}`);
  chunked.destroy();
});

test("Expect: 100-continue is answered once the upstream wants the body, and not when it refuses", async () => {
  await using upstream = await startRecordingUpstream((socket, received) => {
    if (received.includes("POST /no"))
      return void socket.write("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
    if (received.endsWith("\r\n\r\n")) socket.write("HTTP/1.1 100 Continue\r\n\r\n");
    if (received.endsWith("hello")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const head = (path: string) =>
    `POST ${path} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n`;
  const good = await openTunnel(proxy, `${host}:443`);
  expect(await talk(good, head("/yes"))).toBe("HTTP/1.1 100 Continue\r\n\r\n");
  expect(await talk(good, "hello")).toMatch(/^HTTP\/1\.1 200 OK/);
  const refused = await openTunnel(proxy, `${host}:443`);
  expect(await talk(refused, head("/no"))).toMatch(/^HTTP\/1\.1 413 /);
  expect(upstream.received().match(/hello/g)).toHaveLength(1);
});

test("requests on one connection share an upstream connection, and one with another credential gets its own", async () => {
  await using upstream = await startRecordingUpstream();
  const credential = makeCredential({ type: "bearer" }, { host, pathPrefix: "/private" });
  await using proxy = await startProxy({
    rules,
    dialer: plainDialer(upstream.port),
    credentials: [credential],
  });
  const tunnel = await openTunnel(proxy, `${host}:443`);
  for (const path of ["/a", "/b", "/private/c", "/d", "/private/e"]) {
    expect(
      await talk(tunnel, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`, { until: / 200 OK/ }),
    ).toMatch(/ 200 OK/);
  }
  expect(upstream.connections()).toBe(2);
  expect(upstream.received().match(new RegExp(`Bearer ${credential.secret}`, "g"))).toHaveLength(2);
});

test.each(["while it is idle", "when the next request arrives"])(
  "a kept connection that the upstream closes %s is replaced for a GET",
  async (when) => {
    let answered = 0;
    let closed = 0;
    await using upstream = await startRecordingUpstream((socket, received) => {
      if (received.split("GET / ").length > 2) return void socket.destroy();
      answered++;
      socket.once("close", () => closed++);
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", () => {
        if (when === "while it is idle") socket.destroy();
      });
    });
    await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
    const tunnel = await openTunnel(proxy, `${host}:443`);
    for (let index = 0; index < 8; index++) {
      const get = `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
      expect(await talk(tunnel, get, { until: /\r\n\r\nok$/ })).toMatch(/ 200 OK/);
      if (when === "while it is idle") await expect.poll(() => closed).toBe(index + 1);
    }
    expect([answered, upstream.connections()]).toEqual([8, 8]);
  },
);

test.each(["Content-Length: 100", "Transfer-Encoding: chunked"])(
  "an upstream that breaks off its body breaks the client's connection, so that it can't look complete: %j",
  async (framing) => {
    await using upstream = await startRecordingUpstream((socket) => {
      socket.write(
        `HTTP/1.1 200 OK\r\n${framing}\r\n\r\n${framing.startsWith("C") ? "abc" : "3\r\nabc\r\n"}`,
      );
      setTimeout(() => socket.destroy(), 30);
    });
    await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
    const tunnel = await openTunnel(proxy, `${host}:443`);
    const answer = await talk(tunnel, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    expect(answer).toContain("abc");
    expect(answer).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(tunnel.destroyed || tunnel.readableEnded || tunnel.closed).toBe(true);
    const outcome = proxy.events.find((event) => event.type === "request.outcome");
    expect(outcome).toMatchObject({ outcome: "upstream-failed" });
  },
);

test("a client that goes away ends its upstream request, and the audit says so", async () => {
  let closed = false;
  const { upstream, dialer } = await startUpstream((_, outgoing) => {
    outgoing.write("begin");
    outgoing.on("close", () => {
      closed = true;
    });
  });
  await using _upstream = upstream;
  await using proxy = await startProxy({ rules, dialer });
  const tunnel = await openTunnel(proxy, `${host}:443`);
  await talk(tunnel, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`, { until: /begin/ });
  tunnel.destroy();
  await expect.poll(() => closed).toBe(true);
  await expect.poll(() => proxy.events.at(-1)).toMatchObject({ outcome: "client-aborted" });
});

test("every request has one decision and one outcome, and the decision comes first", async () => {
  const { upstream, dialer } = await startUpstream((_, outgoing) => void outgoing.end("ok"));
  await using _upstream = upstream;
  await using proxy = await startProxy({ rules: [`GET https://${host}/ok`], dialer });
  for (const path of ["/ok", "/denied", "/ok", "/%2e%2e/x"]) {
    const tunnel = await openTunnel(proxy, `${host}:443`);
    const get = `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    await talk(tunnel, get, { until: /^HTTP[^]*\r\n\r\n/ });
    tunnel.destroy();
  }
  expect(proxy.events.map((event) => event.type)).toEqual(
    Array.from({ length: 4 }, () => ["request.decision", "request.outcome"]).flat(),
  );
});

test("a secret is taken once the client's body was waited for: one that is rotated meanwhile isn't sent", async () => {
  await using upstream = await startRecordingUpstream();
  const credential = makeCredential({ type: "bearer" }, { host });
  const events: string[] = [];
  const provider: SecretProvider = {
    get: () => {
      events.push("asked");
      return credential.provider.get({});
    },
    rejected: () => undefined,
  };
  await using proxy = await startProxy({
    rules,
    dialer: plainDialer(upstream.port),
    credentials: [{ ...credential, provider }],
  });
  const tunnel = await openTunnel(proxy, `${host}:443`);
  tunnel.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nTransfer-Encoding: chunked\r\n\r\n`);
  await expect.poll(() => proxy.events.map(({ type }) => type)).toEqual(["request.decision"]);
  await new Promise((resolve) => setTimeout(resolve, 50));
  events.push("rotated");
  expect(await talk(tunnel, "0\r\n\r\n")).toMatch(/ok$/);
  expect(events).toEqual(["rotated", "asked"]);
});
