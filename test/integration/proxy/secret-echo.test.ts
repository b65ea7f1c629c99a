import { createHash } from "node:crypto";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import type { Handler, HandlerMatch } from "../../../src/http/handler.ts";
import type { HeaderField } from "../../../src/http/header-fields.ts";
import { Refusal } from "../../../src/http/refusal.ts";
import type { CredentialScheme } from "../../../src/credential/schemes.ts";
import { makeCredential } from "../../support/credential-fixtures.ts";
import {
  plainDialer,
  startProxy,
  startRecordingUpstream,
  talk,
} from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openTunnel } from "../../support/tls-client.ts";

const host = "up.example";
const refused = /^HTTP\/1\.1 502 [^]*X-Vaultbox-Refusal: upstream-invalid/;

const schemes: readonly CredentialScheme[] = [
  { type: "bearer" },
  { type: "basic", username: "x-access-token" },
  { type: "header", header: "X-Api-Key", prefix: "" },
  { type: "query", parameter: "key" },
];

/** What of the request says the secret, as it was sent. */
function toSent(received: string): string {
  const [, authorization] = /^authorization: \S+ (.*)\r$/im.exec(received) ?? [];
  const [, header] = /^x-api-key: (.*)\r$/im.exec(received) ?? [];
  const [, query] = /\?key=(\S+) HTTP/.exec(received) ?? [];
  return authorization ?? header ?? query ?? "";
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** Answers that say it again. Each is whole; with no body where there can be none. */
const answers: Readonly<Record<string, (sent: string) => string>> = {
  "200 with a debug header": (sent) => `200 OK\r\nX-Received: ${sent}`,
  "200 with a header's name": (sent) => `200 OK\r\nX-${sent.replaceAll(/[^\w-]/g, "")}: 1`,
  "204 with a base64 cookie": (sent) => `204 No\r\nSet-Cookie: r=${base64(`{"t":"${sent}"}`)}`,
  "302 to another host": (sent) => `302 Found\r\nLocation: https://evil.example/?k=${sent}`,
  "304 with a link": (sent) => `304 Same\r\nLink: <https://a.example/?k=${sent}>; rel=next`,
  "401 with a challenge": (sent) => `401 No\r\nWWW-Authenticate: Bearer error="bad ${sent}"`,
  "404 in hex": (sent) => `404 No\r\nX-Request: ${Buffer.from(sent).toString("hex")}`,
  "500 in two halves": (sent) => `500 No\r\nX-A: ${sent.slice(0, 12)}\r\nX-A: ${sent.slice(12)}`,
};

for (const scheme of schemes) {
  test(`no answer brings back a ${scheme.type} secret in a header`, async () => {
    const credential = makeCredential(scheme, { host });
    let answer: (sent: string) => string = () => "200 OK";
    let raw = "";
    await using upstream = await startRecordingUpstream((socket, received) => {
      raw = `HTTP/1.1 ${answer(toSent(received))}\r\nContent-Length: 0\r\n\r\n`;
      socket.end(raw);
    });
    await using proxy = await startProxy({
      rules: [`* https://${host}`],
      dialer: plainDialer(upstream.port),
      credentials: [credential],
    });
    let [attempts, blocked, passedLiterally] = [0, 0, 0];
    for (const [name, one] of Object.entries(answers)) {
      for (const method of ["GET", "HEAD"]) {
        answer = one;
        const got = await talk(
          await openTunnel(proxy, `${host}:443`),
          `${method} /a HTTP/1.1\r\nHost: ${host}\r\n\r\n`,
        );
        attempts += 1;
        if (refused.test(got) && !got.includes(toSent(upstream.received()))) blocked += 1;
        else expect.soft(got, `${method} ${name}`).toMatch(refused);
        if (!raw.includes(credential.secret)) passedLiterally += 1;
      }
    }
    expect(upstream.received()).toContain(
      scheme.type === "basic" ? base64(`x-access-token:${credential.secret}`) : credential.secret,
    );
    recordScore({
      row: 59,
      test: scheme.type,
      attempts,
      blocked,
      controlSucceeded: passedLiterally,
    });
    expect(blocked).toBe(attempts);
  });
}

function acceptFor(key: string): string {
  return createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

const key = "dGhlIHNhbXBsZSBub25jZQ==";
const handshake = [
  `GET /socket HTTP/1.1`,
  `Host: ${host}`,
  "Connection: Upgrade",
  "Upgrade: websocket",
  `Sec-WebSocket-Key: ${key}`,
  "Sec-WebSocket-Version: 13",
  "",
  "",
].join("\r\n");

for (const scheme of schemes) {
  test(`the answer to a websocket handshake brings back no ${scheme.type} secret`, async () => {
    const credential = makeCredential(scheme, { host });
    const answer = (socket: Socket, received: string): void => {
      socket.write(
        `HTTP/1.1 101 X\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          `Sec-WebSocket-Accept: ${acceptFor(key)}\r\nSec-WebSocket-Protocol: ${toSent(received)}\r\n\r\n`,
      );
    };
    await using upstream = await startRecordingUpstream(answer);
    await using proxy = await startProxy({
      rules: [`GET https://${host}`],
      websocket: true,
      dialer: plainDialer(upstream.port),
      credentials: [credential],
    });
    const got = await talk(await openTunnel(proxy, `${host}:443`), handshake);
    expect(got).toMatch(refused);
    expect(got).not.toContain(toSent(upstream.received()));
    const name = `websocket, ${scheme.type}`;
    const controlSucceeded = scheme.type === "basic" ? 1 : 0;
    recordScore({ row: 59, test: name, attempts: 1, blocked: 1, controlSucceeded });
  });
}

test("what comes before an answer and behind it brings back no secret either", async () => {
  const credential = makeCredential({ type: "bearer" }, { host });
  await using upstream = await startRecordingUpstream((socket, received) => {
    const sent = toSent(received);
    socket.end(
      `HTTP/1.1 103 ${sent}\r\nLink: <https://a.example/${sent}>\r\n\r\n` +
        `HTTP/1.1 200 ${sent}\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Late: ${sent}\r\n\r\n`,
    );
  });
  await using proxy = await startProxy({
    rules: [`* https://${host}`],
    dialer: plainDialer(upstream.port),
    credentials: [credential],
  });
  const tunnel = await openTunnel(proxy, `${host}:443`);
  const got = await talk(tunnel, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
  expect(got).toContain("200 OK");
  expect(got).not.toContain(credential.secret);
});

test("a secret that was sent comes back in the answer to no other request", async () => {
  const credential = makeCredential({ type: "bearer" }, { host });
  let stored = "";
  await using upstream = await startRecordingUpstream((socket, received) => {
    stored ||= toSent(received);
    const isSecond = received.includes("other.example");
    socket.end(
      `HTTP/1.1 200 OK\r\nX-A: ${isSecond ? stored : "none"}\r\nContent-Length: 0\r\n\r\n`,
    );
  });
  await using proxy = await startProxy({
    rules: [`* https://${host}`, "* http://other.example"],
    dialer: plainDialer(upstream.port),
    credentials: [credential],
  });
  const first = await openTunnel(proxy, `${host}:443`);
  expect(await talk(first, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)).toContain("X-A: none");
  const second = await talk(await proxy.connect(), "GET / HTTP/1.1\r\nHost: other.example\r\n\r\n");
  expect(stored).toBe(credential.secret);
  expect(second).toMatch(refused);
  expect(second).not.toContain(credential.secret);
});

test.each(["body", "header", "refusal"])(
  "the %s of an answer of the proxy's own, made of what a server said, brings back no secret",
  async (place) => {
    const credential = makeCredential({ type: "bearer" }, { host });
    await using upstream = await startRecordingUpstream();
    let where = "body";
    const handle: HandlerMatch["handle"] = () => {
      const said = `the server says: ${base64(credential.secret)}`;
      if (where === "refusal") throw new Refusal(502, "upstream-invalid", said);
      const headers: readonly HeaderField[] = where === "header" ? [["X-Said", said]] : [];
      const body = Buffer.from(where === "body" ? said : "");
      return Promise.resolve({ type: "answer", status: 200, headers, body });
    };
    const handler: Handler = {
      match: ({ path }) => (path === "/handler" ? { exclusive: true, handle } : undefined),
    };
    await using proxy = await startProxy({
      rules: [`* https://${host}`],
      dialer: plainDialer(upstream.port),
      credentials: [credential],
      handlers: () => [handler],
    });
    const ask = async (path: string): Promise<string> => {
      const tunnel = await openTunnel(proxy, `${host}:443`);
      return talk(tunnel, `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    };
    // Not sent yet: the control
    expect(await ask("/handler")).toContain(base64(credential.secret));
    expect(await ask("/")).toContain("200 OK");
    where = place;
    const got = await ask("/handler");
    expect(got).toMatch(/^HTTP\/1\.1 502 /);
    expect(got).not.toContain(base64(credential.secret));
  },
);
