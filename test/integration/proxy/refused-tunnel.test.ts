import { once } from "node:events";
import type { Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { describe, expect, test } from "vitest";
import type { AuditEvent, RequestDecisionEvent } from "../../../src/audit/audit-event.ts";
import { summaryLines } from "../../../src/audit/summarise.ts";
import { summarise } from "../../support/audit-fixture.ts";
import { proxyLimits } from "../../../src/proxy/limits.ts";
import { makeCredential } from "../../support/credential-fixtures.ts";
import {
  plainDialer,
  type ProxyFixture,
  startProxy,
  startRecordingUpstream,
  talk,
} from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openTunnel, startTls } from "../../support/tls-client.ts";
import { openShared } from "../../support/shared-place.ts";

const rules = ["GET https://allowed.example/**", "GET https://10.1.2.3/**"];
const head = (method: string, path: string, host: string, fields = ""): string =>
  `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${fields}\r\n`;

async function openProxy(options: Partial<Parameters<typeof startProxy>[0]> = {}) {
  const upstream = await startRecordingUpstream();
  const dialer = plainDialer(upstream.port);
  const proxy = await startProxy({ rules, dialer, ...options });
  return {
    proxy,
    dialer,
    [Symbol.asyncDispose]: async () => {
      await proxy[Symbol.asyncDispose]();
      await upstream[Symbol.asyncDispose]();
    },
  };
}

/** The connection once its CONNECT was answered. */
async function connectThrough(proxy: ProxyFixture, target: string): Promise<Socket> {
  const socket = await proxy.connect();
  expect(await talk(socket, `CONNECT ${target} HTTP/1.1\r\n\r\n`, { until: /\r\n\r\n/ })).toMatch(
    /^HTTP\/1\.1 200 /,
  );
  for (const name of ["data", "end", "close"]) socket.removeAllListeners(name);
  return socket;
}

function toBody(answer: string): string {
  return Buffer.from(answer, "latin1").toString("utf8").split("\r\n\r\n")[1] ?? "";
}

function decisions(events: readonly AuditEvent[]): readonly RequestDecisionEvent[] {
  return events.filter((event) => event.type === "request.decision");
}

test("a refused host says why inside of the tunnel, in the words of a transparent connection, and is one record", async () => {
  await using world = await openProxy();
  const { proxy, dialer } = world;
  const request = head("POST", "/v1/items", "evil.example");
  const tunnel = await openTunnel(proxy, "evil.example:443");
  expect(tunnel.getPeerX509Certificate()?.subjectAltName).toBe("DNS:evil.example");
  const answer = await talk(tunnel, request);
  expect(tunnel.readableEnded).toBe(true);
  expect(toBody(answer)).toMatchInlineSnapshot(`
    "vaultbox: refused POST https://evil.example/v1/items: the host is not allowed
    to allow it, the user can run on the host: vaultbox run --allow 'POST https://evil.example/v1/items' …
    "
  `);
  expect(answer).toMatch(
    /^HTTP\/1\.1 403 Forbidden \(vaultbox: host-not-allowed\)\r\nX-Vaultbox-Refusal: host-not-allowed\r\n/,
  );
  const [decision, outcome, ...more] = proxy.events;
  expect(more).toEqual([]);
  expect(decision).toMatchObject({
    method: "CONNECT",
    host: "evil.example",
    port: 443,
    path: "",
    verdict: "deny",
    reason: "host-not-allowed",
  });
  expect(outcome).toMatchObject({
    outcome: "refused",
    status: 403,
    reason: "host-not-allowed",
    inside: { method: "POST", path: "/v1/items" },
  });
  expect(summaryLines(summarise(proxy.events)).at(-1)).toBe(
    "allow: vaultbox run --allow 'POST https://evil.example/v1/items' …",
  );
  const transparent = await startTls(proxy, await proxy.connect(), { host: "evil.example" });
  expect(await talk(transparent, request)).toBe(answer);
  expect(dialer.dialled).toEqual([]);
});

test("a client of a JSON API gets JSON, and HEAD no body", async () => {
  await using world = await openProxy();
  const accept = "Accept: application/json\r\n";
  const json = await talk(
    await openTunnel(world.proxy, "evil.example:443"),
    head("GET", "/a", "evil.example", accept),
  );
  expect(JSON.parse(toBody(json))).toMatchObject({
    reason: "host-not-allowed",
    error: expect.stringContaining("refused GET https://evil.example/a: the host is not allowed"),
  });
  const none = await talk(
    await openTunnel(world.proxy, "evil.example:443"),
    head("HEAD", "/a", "evil.example"),
  );
  expect(none).toMatch(/^HTTP\/1\.1 403 [^]*\r\n\r\n$/);
});

/** CONNECT target, the reason's code and a part of its text, and what is proposed. */
const kinds: readonly (readonly [string, string, string, string])[] = [
  ["other.example:443", "host-not-allowed", "the host is not allowed", "'GET https://other"],
  ["allowed.example:8443", "port-not-allowed", "the port is not allowed", "example:8443/a'"],
  ["denied.example:443", "denied-by-rule", "a rule denies it", ""],
  ["192.0.2.7:443", "host-not-allowed", "the host is not allowed", ""],
  ["[2001:db8::1]:443", "host-not-allowed", "the host is not allowed", ""],
  ["10.1.2.3:8443", "port-not-allowed", "the port is not allowed", ""],
  ["no_.such-.name:443", "request-invalid", "is not a valid host", ""],
  ["127.1:443", "request-invalid", "four decimal numbers", ""],
];

test.each(kinds)("%s is refused inside of its tunnel: %s", async (target, code, why, proposed) => {
  await using world = await openProxy({
    rules: [...rules, "GET https://denied.example/**"],
    denials: ["* https://denied.example"],
  });
  const { proxy, dialer } = world;
  // A client sends no server name for an address
  const isName = !/^[[\d]/.test(target);
  const tunnel = await openTunnel(proxy, target, isName ? {} : { sni: "none" });
  const answer = await talk(tunnel, head("GET", "/a", target));
  expect(answer).toContain(`X-Vaultbox-Refusal: ${code}\r\n`);
  expect(answer).toContain(why);
  if (proposed === "") expect(answer).not.toContain("--allow 'GET https://allowed");
  else expect(answer).toContain(proposed);
  expect(decisions(proxy.events)).toMatchObject([{ method: "CONNECT", reason: code }]);
  expect(proxy.events).toHaveLength(2);
  expect(dialer.dialled).toEqual([]);
});

test("a WebSocket is told the rule that would open one", async () => {
  await using world = await openProxy();
  const upgrade =
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
  const tls = await openTunnel(world.proxy, "evil.example:443");
  expect(await talk(tls, head("GET", "/live", "evil.example", upgrade))).toContain(
    "vaultbox run --allow 'GET wss://evil.example/live' ",
  );
  const plain = await connectThrough(world.proxy, "evil.example:80");
  expect(await talk(plain, head("GET", "/live", "evil.example", upgrade))).toContain(
    "vaultbox run --allow 'GET ws://evil.example/live' ",
  );
  expect(
    summarise(world.proxy.events)
      .remedies.map(({ rule }) => rule)
      .sort(),
  ).toEqual(["GET ws://evil.example/live", "GET wss://evil.example/live"]);
});

test("the certificate is for the name that the client asks for, the reason is the CONNECT's", async () => {
  await using world = await openProxy();
  const tunnel = await openTunnel(world.proxy, "evil.example:443", { sni: "allowed.example" });
  expect(tunnel.getPeerX509Certificate()?.subjectAltName).toBe("DNS:allowed.example");
  expect(await talk(tunnel, head("GET", "/", "allowed.example"))).toContain(
    "refused GET https://evil.example/: the host is not allowed",
  );
  expect(world.dialer.dialled).toEqual([]);
});

test("only http/1.1 is spoken in there", async () => {
  await using world = await openProxy();
  await expect(openTunnel(world.proxy, "evil.example:443", { alpn: ["h2"] })).rejects.toThrow(
    /handshake|alert/i,
  );
  const both = await openTunnel(world.proxy, "evil.example:443", { alpn: ["h2", "http/1.1"] });
  expect(both.alpnProtocol).toBe("http/1.1");
  both.destroy();
});

test("plain HTTP in a refused tunnel gets the reason", async () => {
  await using world = await openProxy();
  const { proxy } = world;
  const plain = await connectThrough(proxy, "evil.example:80");
  expect(await talk(plain, head("GET", "/x", "evil.example"))).toContain(
    "refused GET http://evil.example/x: the host is not allowed",
  );
  expect(decisions(proxy.events)).toHaveLength(1);
  await expect.poll(() => proxy.events.length).toBe(2);
});

test.each([
  ["SSH", "evil.example:22", "SSH-2.0-OpenSSH_9.2\r\n"],
  ["SOCKS", "evil.example:22", "\x05\x01\x00"],
  ["HTTP/2", "evil.example:22", "PRI * HTTP/2.0\r\n\r\n"],
  ["broken TLS", "evil.example:443", "\x16\x03\x01\x00\x05hello"],
])("%s in a refused tunnel gets its end", async (name, authority, bytes) => {
  await using world = await openProxy();
  const { proxy } = world;
  const other = await connectThrough(proxy, authority);
  const answer = await talk(other, bytes, { quietMs: 2000 });
  if (name === "broken TLS") expect(answer).not.toContain("HTTP");
  else expect(answer).toBe("");
  if (name !== "broken TLS") expect(other.readableEnded).toBe(true);
  expect(decisions(proxy.events)).toHaveLength(1);
  await expect.poll(() => proxy.events.length).toBe(2);
});

test("a CONNECT that isn't valid is answered plainly", async () => {
  await using world = await openProxy();
  for (const bytes of [
    "CONNECT evil.example HTTP/1.1\r\n\r\n",
    "CONNECT evil.example:99999 HTTP/1.1\r\n\r\n",
    "CONNECT https://evil.example:443 HTTP/1.1\r\n\r\n",
    "CONNECT evil.example:443 HTTP/1.1\r\nHost: other.example:443\r\n\r\n",
    "CONNECT evil.example:443 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "CONNECT evil.example:443 HTTP/1.1\r\n\r\n\x16\x03\x01",
  ]) {
    const answer = await talk(await world.proxy.connect(), bytes, { quietMs: 1000 });
    expect([bytes, answer]).toEqual([bytes, expect.stringMatching(/^HTTP\/1\.1 4\d\d /)]);
  }
});

test("a placeholder in a refused tunnel is flagged", async () => {
  const credential = makeCredential({ type: "bearer" }, { host: "allowed.example" });
  await using world = await openProxy({ credentials: [credential] });
  const { proxy } = world;
  const field = `Authorization: Bearer ${credential.placeholder}\r\n`;
  await talk(await openTunnel(proxy, "evil.example:443"), head("GET", "/a", "evil.example", field));
  expect(proxy.events.at(-1)).toMatchObject({
    type: "request.outcome",
    inside: { flags: ["placeholder-at-wrong-host"] },
  });
  const summary = summarise(proxy.events);
  expect(summary.flags).toEqual([{ name: "placeholder-at-wrong-host", count: 1 }]);
  expect(summary.remedies).toEqual([]);
});

const plainGet = head("GET", "/", "allowed.example");

describe("whatever is asked for in a refused tunnel, nothing is dialled, and one request is answered", () => {
  const world = openShared(async (stack) => stack.use(await openProxy()));

  test.each([
    ["a request", plainGet],
    ["two requests", plainGet + plainGet],
    ["a URL", "GET https://allowed.example/ HTTP/1.1\r\nHost: allowed.example\r\n\r\n"],
    ["a tunnel", "CONNECT allowed.example:443 HTTP/1.1\r\nHost: allowed.example:443\r\n\r\n"],
    [
      "a request as a body",
      head("POST", "/", "allowed.example", `Content-Length: ${plainGet.length}\r\n`) + plainGet,
    ],
    [
      "a request behind chunks",
      head("POST", "/", "allowed.example", "Transfer-Encoding: chunked\r\n") +
        `0\r\n\r\n${plainGet}`,
    ],
    [
      "two Hosts",
      `GET / HTTP/1.1\r\nHost: allowed.example\r\nHost: evil.example\r\n\r\n${plainGet}`,
    ],
    ["bare line feeds", `GET / HTTP/1.1\nHost: allowed.example\n\n${plainGet}`],
    ["a NUL", `\x00\r\n\r\n${plainGet}`],
  ])("%s", async (name, bytes) => {
    const { proxy, dialer } = world();
    const tunnel = await openTunnel(proxy, "evil.example:443", { sni: "allowed.example" });
    const answer = await talk(tunnel, bytes, { quietMs: 1000 });
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(answer.split("HTTP/1.1 ")).toHaveLength(2);
    expect(dialer.dialled).toEqual([]);
    const test = `requests inside of a refused tunnel: ${name}`;
    recordScore({ row: 11, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
  });

  test("but what goes by the names inside, as a transparent connection must, passes (control)", async () => {
    const { proxy, dialer } = world();
    const control = await startTls(proxy, await proxy.connect(), { host: "allowed.example" });
    expect(await talk(control, plainGet)).toMatch(/ 200 OK/);
    const controlSucceeded = dialer.dialled.length;
    const test = "requests inside of a refused tunnel: control";
    recordScore({ row: 11, test, attempts: 0, blocked: 0, controlSucceeded });
  });
});

test("a flood of refused names has an end: certificates of allowed hosts stay, and each is refused and recorded", async () => {
  const minted = new Set<string>();
  await using world = await openProxy({
    wrapCa: (ca) => ({
      ...ca,
      refusedContextFor: (name) => {
        minted.add(name);
        return ca.refusedContextFor(name);
      },
    }),
  });
  const { proxy } = world;
  const kept = proxy.ca.secureContextFor("allowed.example");
  const flood = 600;
  const answers: { readonly socket: Socket; readonly answer: string }[] = [];
  for (let index = 0; index < flood; index++) {
    const socket = await proxy.connect();
    const bytes = `CONNECT n${index}.example:443 HTTP/1.1\r\n\r\n`;
    answers.push({ socket, answer: await talk(socket, bytes, { until: /\r\n\r\n/ }) });
  }
  const open = answers.filter(({ answer }) => answer.startsWith("HTTP/1.1 200 ")).length;
  expect(open).toBe(proxyLimits.refusedTunnels);
  expect(answers.filter(({ answer }) => answer.includes("host-not-allowed")).length).toBe(
    flood - open,
  );
  expect(minted.size).toBeLessThanOrEqual(open);
  expect(proxy.ca.secureContextFor("allowed.example")).toBe(kept);
  expect(decisions(proxy.events)).toHaveLength(flood);
  // An ordinary request is served meanwhile
  const tunnel = await openTunnel(proxy, "allowed.example:443");
  expect(await talk(tunnel, head("GET", "/", "allowed.example"))).toMatch(/ 200 OK/);
  for (const { socket } of answers) socket.destroy();
  const outcomes = () => proxy.events.filter(({ type }) => type === "request.outcome");
  await expect.poll(() => outcomes().length).toBe(flood + 1);
});

test("names in SNI that no rule allows push out no certificate of an allowed host", async () => {
  await using world = await openProxy();
  const { proxy } = world;
  const kept = proxy.ca.secureContextFor("allowed.example");
  for (let index = 0; index < 300; index++) {
    const socket = await proxy.connect();
    const tls = connectTls({
      socket,
      servername: `n${index}.example`,
      ca: proxy.ca.certificatePem,
    });
    await opened(tls);
    tls.destroy();
  }
  expect(proxy.ca.secureContextFor("allowed.example")).toBe(kept);
});

async function opened(tls: TLSSocket): Promise<void> {
  tls.on("error", () => tls.destroy());
  await Promise.race([once(tls, "secureConnect"), once(tls, "close")]);
}
