import { createServer as createHttpServer } from "node:http";
import { connect, createServer, type Socket } from "node:net";
import { once } from "node:events";
import { connect as connectTls } from "node:tls";
import { describe, expect, test } from "vitest";
import { VaultboxError } from "../../../src/base/errors.ts";
import { failing, makeCredential, provide } from "../../support/credential-fixtures.ts";
import {
  plainDialer,
  type ProxyFixture,
  type ProxyFixtureOptions,
  type RecordingUpstream,
  startProxy,
  startRecordingUpstream,
  talk,
} from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";
import { openTunnel } from "../../support/tls-client.ts";

const rules = ["* https://allowed.example", "* http://allowed.example"];
const get = "GET / HTTP/1.1\r\nHost: allowed.example\r\n\r\n";

interface Place {
  readonly upstream: RecordingUpstream;
  readonly dialer: ReturnType<typeof plainDialer>;
  readonly proxy: ProxyFixture;
}

async function openPlace(stack: AsyncDisposableStack): Promise<Place> {
  const upstream = stack.use(await startRecordingUpstream());
  const dialer = plainDialer(upstream.port);
  return { upstream, dialer, proxy: stack.use(await startProxy({ rules, dialer })) };
}

describe("behind a refused CONNECT nothing is read: the connection is closed", () => {
  const place = openShared(openPlace);

  test.each([
    [
      "a host that isn't allowed",
      "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n",
    ],
    ["a host without port", "CONNECT evil.example HTTP/1.1\r\n\r\n"],
    ["another port", "CONNECT allowed.example:22 HTTP/1.1\r\n\r\n"],
    ["an address", "CONNECT 127.0.0.1:443 HTTP/1.1\r\n\r\n"],
    ["an address of IPv6", "CONNECT [::1]:443 HTTP/1.1\r\n\r\n"],
    ["another Host", "CONNECT allowed.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n"],
    ["a length", "CONNECT allowed.example:443 HTTP/1.1\r\nContent-Length: 5\r\n\r\n"],
    ["chunks", "CONNECT allowed.example:443 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"],
    ["plain HTTP for TLS", "CONNECT allowed.example:443 HTTP/1.1\r\n\r\n"],
    ["a URL", "CONNECT https://allowed.example:443 HTTP/1.1\r\n\r\n"],
  ])("%s", async (name, bytes) => {
    const { upstream, dialer, proxy } = place();
    const client = await proxy.connect();
    const answer = await talk(client, bytes + get, { quietMs: 1000 });
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(client.readableEnded).toBe(true);
    expect(answer.split("HTTP/1.1 ")).toHaveLength(2);
    expect(dialer.dialled).toEqual([]);
    expect(upstream.received()).toBe("");
    const test = `requests behind a refused CONNECT: ${name}`;
    recordScore({ row: 11, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
  });

  test("and a server that refuses by a status alone reads on (control)", async () => {
    const controlSucceeded = await countServedBehindNaiveRefusal(get);
    expect(controlSucceeded).toBe(1);
    const test = "requests behind a refused CONNECT: control";
    recordScore({ row: 11, test, attempts: 0, blocked: 0, controlSucceeded });
  });
});

const inside: readonly (readonly [name: string, bytes: string])[] = [
  ["a tunnel", "CONNECT allowed.example:443 HTTP/1.1\r\nHost: allowed.example:443\r\n\r\n"],
  ["a tunnel elsewhere", "CONNECT evil.example:443 HTTP/1.1\r\nHost: allowed.example\r\n\r\n"],
  ["HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
  ["TLS", "\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n"],
  ["SSH", "SSH-2.0-OpenSSH_9.2\r\n"],
  ["SOCKS", "\x05\x01\x00\r\n\r\n"],
  ["SMTP", "EHLO x\r\n\r\n"],
  [
    "a WebSocket as in HTTP/2",
    "CONNECT allowed.example:443 HTTP/1.1\r\nHost: allowed.example\r\n:protocol: websocket\r\n\r\n",
  ],
  [
    "an upgrade of everything",
    "OPTIONS * HTTP/1.1\r\nHost: allowed.example\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
  ],
];

describe("in a tunnel other protocols, and further tunnels, are refused", () => {
  const place = openShared(openPlace);

  test.each(inside)("%s", async (name, bytes) => {
    const { dialer, proxy } = place();
    const tunnel = await openTunnel(proxy, "allowed.example:443");
    expect(await talk(tunnel, bytes, { quietMs: 1000 })).toMatch(/^HTTP\/1\.1 4\d\d /);
    tunnel.destroy();
    expect(dialer.dialled).toEqual([]);
    const test = `tunnels and other protocols: ${name}`;
    recordScore({ row: 13, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
  });

  test("and a tunnel that only looks at the CONNECT passes them (control)", async () => {
    const controlSucceeded = await countThroughPlainTunnel(inside.map(([, bytes]) => bytes));
    expect(controlSucceeded).toBe(inside.length);
    const test = "tunnels and other protocols: control";
    recordScore({ row: 13, test, attempts: 0, blocked: 0, controlSucceeded });
  });
});

test("plain HTTP in a tunnel is decided as plain HTTP, by the rules for it", async () => {
  await using upstream = await startRecordingUpstream();
  const dialer = plainDialer(upstream.port);
  await using proxy = await startProxy({ rules, dialer });
  const toPlainPort = await proxy.connect();
  expect(await talk(toPlainPort, "CONNECT allowed.example:80 HTTP/1.1\r\n\r\n")).toMatch(/ 200 /);
  expect(await talk(toPlainPort, get)).toMatch(/ 200 OK/);
  const toTlsPort = await proxy.connect();
  expect(await talk(toTlsPort, "CONNECT allowed.example:443 HTTP/1.1\r\n\r\n")).toMatch(/ 200 /);
  const answer = await talk(toTlsPort, "GET / HTTP/1.1\r\nHost: allowed.example:443\r\n\r\n");
  expect(answer).toMatch(/^HTTP\/1\.1 403 /);
  expect(dialer.dialled).toEqual(["http://allowed.example:80"]);
});

const allowed = makeCredential({ type: "bearer" }, { host: "allowed.example" });
const unwritable = new VaultboxError("VBX_AUDIT_UNWRITABLE", "full");
const degraded: Readonly<Record<string, [options: Partial<ProxyFixtureOptions>, answer: RegExp]>> =
  {
    "a locked vault": [
      {
        credentials: [
          {
            ...allowed,
            provider: failing(
              new VaultboxError("VBX_VAULT_LOCKED", "the vault is locked: secret-detail"),
            ),
          },
        ],
      },
      /^HTTP\/1\.1 502 .*\r\nX-Vaultbox-Refusal: credential-unavailable/,
    ],
    "a broken vault": [
      { credentials: [{ ...allowed, provider: failing(new Error("secret-detail")) }] },
      /^HTTP\/1\.1 502 .*\r\nX-Vaultbox-Refusal: credential-unavailable/,
    ],
    "a secret of two lines": [
      { credentials: [{ ...allowed, provider: provide("two\r\nlines") }] },
      /^HTTP\/1\.1 502 .*\r\nX-Vaultbox-Refusal: credential-unavailable/,
    ],
    "an unwritable log": [
      { onDecision: () => Promise.reject(unwritable) },
      /^HTTP\/1\.1 503 .*\r\nX-Vaultbox-Refusal: audit-unwritable/,
    ],
  };

describe("degraded means refused: no request goes out bare", () => {
  test.each(Object.entries(degraded))("with %s", async (name, [options, expected]) => {
    await using upstream = await startRecordingUpstream();
    const dialer = plainDialer(upstream.port);
    await using proxy = await startProxy({ rules, dialer, ...options });
    const tunnel = await openTunnel(proxy, "allowed.example:443");
    const answer = await talk(tunnel, get);
    tunnel.destroy();
    expect(answer).toMatch(expected);
    expect(answer).not.toContain("secret-detail");
    expect(dialer.dialled).toEqual([]);
    expect(upstream.received()).toBe("");
    const test = `degraded parts: ${name}`;
    recordScore({ row: 19, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
  });

  test("but through a step that shrugs at a failure (control)", async () => {
    const controlSucceeded = await countSentBare();
    expect(controlSucceeded).toBe(4);
    const test = "degraded parts: control";
    recordScore({ row: 19, test, attempts: 0, blocked: 0, controlSucceeded });
  });
});

test.each(["other.example", "denied.example"])(
  "a placeholder is flagged wherever it shows up: %s",
  async (host) => {
    await using upstream = await startRecordingUpstream();
    const credential = makeCredential({ type: "bearer" }, { host: "allowed.example" });
    await using proxy = await startProxy({
      rules: [...rules, "* http://other.example"],
      dialer: plainDialer(upstream.port),
      credentials: [credential],
    });
    const bytes = `GET /?k=${credential.placeholder} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
    expect(await talk(await proxy.connect(), bytes)).toMatch(/^HTTP\/1\.1 403 /);
    expect(proxy.events.at(-2)).toMatchObject({
      type: "request.decision",
      host,
      flags: ["placeholder-at-wrong-host"],
    });
    expect(upstream.received()).toBe("");
  },
);

test("a refusal without any flag has none in the audit", async () => {
  await using proxy = await startProxy({ rules, dialer: plainDialer(9) });
  const bytes = "GET / HTTP/1.1\r\nHost: denied.example\r\n\r\n";
  expect(await talk(await proxy.connect(), bytes)).toMatch(/^HTTP\/1\.1 403 /);
  const [decision] = proxy.events;
  expect(decision).toMatchObject({ type: "request.decision", verdict: "deny" });
  expect(decision).not.toHaveProperty("flags");
});

/** The control for a closed connection: node:http answers the request behind a CONNECT it refused by a status alone. */
async function countServedBehindNaiveRefusal(pipelined: string): Promise<number> {
  let served = 0;
  const naive = createHttpServer((_, response) => {
    served++;
    response.end();
  });
  naive.on("connect", (_, socket: Socket, head: Buffer) => {
    socket.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    if (head.length > 0) socket.unshift(head);
    naive.emit("connection", socket);
  });
  naive.listen(0, "127.0.0.1");
  await once(naive, "listening");
  const address = naive.address();
  const client = connect(
    address !== null && typeof address === "object" ? address.port : 0,
    "127.0.0.1",
  );
  await talk(client, `CONNECT evil.example:443 HTTP/1.1\r\n\r\n${pipelined}`);
  client.destroy();
  naive.closeAllConnections();
  naive.close();
  return served;
}

test("a client that speaks TLS to an address without a certificate for it still gets a readable refusal", async () => {
  await using upstream = await startRecordingUpstream();
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const socket = await proxy.connect();
  const secure = connectTls({ socket, servername: "denied.example", ca: proxy.ca.certificatePem });
  await once(secure, "secureConnect");
  const answer = await talk(secure, "GET / HTTP/1.1\r\nHost: denied.example\r\n\r\n");
  expect(answer).toContain(
    "vaultbox: refused GET https://denied.example/: the host is not allowed",
  );
  expect(answer).toContain(
    "to allow it, the user can run on the host: vaultbox run --allow 'GET https://denied.example/'",
  );
});

/** The control: a tunnel that only looks at the CONNECT passes whatever is inside. */
async function countThroughPlainTunnel(inside: readonly string[]): Promise<number> {
  let through = 0;
  for (const bytes of inside) {
    await using upstream = await startRecordingUpstream(() => undefined);
    const tunnel = createServer((client) => {
      client.once("data", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        const server = connect(upstream.port, "127.0.0.1");
        client.pipe(server).pipe(client);
      });
    });
    tunnel.listen(0, "127.0.0.1");
    await once(tunnel, "listening");
    const address = tunnel.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    const client = connect(port, "127.0.0.1");
    const asked = "CONNECT allowed.example:443 HTTP/1.1\r\n\r\n";
    await talk(client, asked, { until: /200 OK\r\n\r\n/ });
    client.write(Buffer.from(bytes, "latin1"));
    await expect.poll(upstream.received, { timeout: 5000 }).toBe(bytes);
    through++;
    client.destroy();
    tunnel.close();
  }
  return through;
}

/** The control: a step that shrugs at a failed credential or log lets the bare request out. */
async function countSentBare(): Promise<number> {
  await using upstream = await startRecordingUpstream();
  const dialer = plainDialer(upstream.port);
  await using proxy = await startProxy({ rules, dialer, credentials: [] });
  for (let index = 0; index < 4; index++) {
    const tunnel = await openTunnel(proxy, "allowed.example:443");
    await talk(tunnel, get, { quietMs: 50 });
    tunnel.destroy();
  }
  return upstream.received().split("GET / HTTP/1.1").length - 1;
}
