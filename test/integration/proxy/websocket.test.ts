import { createHash } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { expect, test } from "vitest";
import { makeCredential } from "../../support/credential-fixtures.ts";
import {
  plainDialer,
  startProxy,
  startRecordingUpstream,
  talk,
} from "../../support/proxy-fixture.ts";
import { openTunnel } from "../../support/tls-client.ts";

const host = "live.example.com";
const key = "dGhlIHNhbXBsZSBub25jZQ==";
const handshake = [
  "GET /socket HTTP/1.1",
  `Host: ${host}`,
  "Connection: keep-alive, Upgrade",
  "Upgrade: websocket",
  `Sec-WebSocket-Key: ${key}`,
  "Sec-WebSocket-Version: 13",
  "",
  "",
].join("\r\n");

function acceptFor(text: string): string {
  return createHash("sha1").update(`${text}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
}

function answerHandshake(accept: string): (socket: Socket, received: string) => void {
  return (socket, received) => {
    if (received.endsWith("\r\n\r\n")) {
      socket.write(
        `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
      );
    } else socket.write("echo");
  };
}

test("a websocket that a rule allows passes bytes both ways, with the credential on its handshake", async () => {
  await using upstream = await startRecordingUpstream(answerHandshake(acceptFor(key)));
  const credential = makeCredential({ type: "bearer" }, { host });
  await using proxy = await startProxy({
    rules: [`GET https://${host}`],
    websocket: true,
    dialer: plainDialer(upstream.port),
    credentials: [credential],
  });
  const tunnel = await openTunnel(proxy, `${host}:443`);
  expect(await talk(tunnel, handshake)).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
  expect(await talk(tunnel, "\x81\x02hi")).toBe("echo");
  expect(upstream.received()).toContain(`Authorization: Bearer ${credential.secret}`);
  tunnel.destroy();
  await expect
    .poll(() => proxy.events.at(-1), { timeout: 8000 })
    .toMatchObject({ outcome: "completed", status: 101, bytesUp: 4, bytesDown: 4 });
});

test("a websocket without a rule for it is refused before anything is dialled", async () => {
  await using upstream = await startRecordingUpstream(answerHandshake(acceptFor(key)));
  const dialer = plainDialer(upstream.port);
  await using proxy = await startProxy({ rules: [`GET https://${host}`], dialer });
  const tunnel = await openTunnel(proxy, `${host}:443`);
  expect(await talk(tunnel, handshake)).toMatch(
    /403 Forbidden .*\r\nX-Vaultbox-Refusal: websocket-not-allowed/,
  );
  expect(dialer.dialled).toEqual([]);
});

test.each([
  ["an answer that isn't one to this handshake", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", handshake],
  ["an answer to another handshake", acceptFor("other"), handshake],
  ["a switch that nobody asked for", acceptFor(key), `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`],
])("%s ends in 502", async (_, accept, asked) => {
  await using upstream = await startRecordingUpstream(answerHandshake(accept));
  await using proxy = await startProxy({
    rules: [`GET https://${host}`],
    websocket: true,
    dialer: plainDialer(upstream.port),
  });
  const tunnel = await openTunnel(proxy, `${host}:443`);
  expect(await talk(tunnel, asked)).toMatch(/^HTTP\/1\.1 502 /);
});

test("bytes through a websocket count against the upload limit of the session", async () => {
  await using upstream = await startRecordingUpstream(answerHandshake(acceptFor(key)));
  await using proxy = await startProxy({
    rules: [`GET https://${host}`],
    websocket: true,
    dialer: plainDialer(upstream.port),
    limits: { uploadBytes: 20_000 },
  });
  const tunnel = await openTunnel(proxy, `${host}:443`);
  expect(await talk(tunnel, handshake)).toMatch(/^HTTP\/1\.1 101 /);
  await talk(tunnel, "x".repeat(100_000));
  expect(upstream.received().length).toBeLessThan(21_000);
  await expect
    .poll(() => proxy.events.at(-1))
    .toMatchObject({ outcome: "limit-exceeded", reason: "limit-exceeded" });
  tunnel.destroy();
});

test("a websocket client that ends its side after its last frame still gets the answer to it", async () => {
  await using upstream = await startRecordingUpstream((socket, received) => {
    if (received.endsWith("\r\n\r\n")) answerHandshake(acceptFor(key))(socket, received);
    else setTimeout(() => socket.end("bye"), 150);
  });
  await using proxy = await startProxy({
    rules: [`GET http://${host}`],
    websocket: true,
    dialer: plainDialer(upstream.port),
  });
  const client = await proxy.connect();
  expect(await talk(client, handshake)).toMatch(/^HTTP\/1\.1 101 /);
  let text = "";
  client.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  client.end("\x88\x00");
  await expect.poll(() => text).toBe("bye");
  await expect.poll(() => proxy.events.at(-1)).toMatchObject({ outcome: "completed" });
});

test("an open websocket ends when another policy refuses it, and goes on under one that doesn't", async () => {
  await using upstream = await startRecordingUpstream(answerHandshake(acceptFor(key)));
  const rules = [`GET https://${host}`];
  const dialer = plainDialer(upstream.port);
  await using proxy = await startProxy({ rules, websocket: true, dialer });
  const tunnel = await openTunnel(proxy, `${host}:443`);
  expect(await talk(tunnel, handshake)).toMatch(/^HTTP\/1\.1 101 /);
  proxy.replaceRules([...rules, "GET https://other.example"]);
  expect(await talk(tunnel, "\x81\x02hi")).toBe("echo");
  const ended = once(tunnel.resume(), "end");
  proxy.replaceRules(["GET https://other.example"]);
  await ended;
  expect(proxy.events.at(-1)).toMatchObject({
    outcome: "refused",
    reason: "host-not-allowed",
    status: 101,
    bytesUp: 4,
  });
  expect(upstream.received().endsWith("\x81\x02hi")).toBe(true);
});

test("a websocket whose handshake is under way is refused when another policy comes before its answer", async () => {
  const answer = answerHandshake(acceptFor(key));
  let agree: (() => void) | undefined;
  await using upstream = await startRecordingUpstream((socket, received) => {
    if (received.endsWith("\r\n\r\n")) agree = () => answer(socket, received);
  });
  const rules = [`GET http://${host}`];
  const dialer = plainDialer(upstream.port);
  await using proxy = await startProxy({ rules, websocket: true, dialer });
  const client = await proxy.connect();
  client.write(handshake);
  await expect.poll(() => agree).toBeDefined();
  proxy.replaceRules(["GET http://other.example"]);
  agree?.();
  expect(await talk(client, "")).toMatch(/^HTTP\/1\.1 403 /);
  expect(proxy.events.at(-1)).toMatchObject({ outcome: "refused", reason: "host-not-allowed" });
});
