import { Socket } from "node:net";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parseAuthority } from "../../src/http/authority.ts";
import { connectTimeoutMs } from "../../src/proxy/client/connect-address.ts";
import { parseConnectTo } from "../../src/proxy/client/connect-to.ts";
import { createDialer, type DialerOptions } from "../../src/proxy/upstream/dial.ts";
import { resolveTimeoutMs } from "../../src/proxy/upstream/resolve.ts";
import { createUpstreamRoots } from "../../src/proxy/upstream/upstream-roots.ts";
import { handshakeTimeoutMs } from "../../src/proxy/upstream/upstream-tls.ts";
import { parseUpstreamProxySettings } from "../../src/proxy/upstream/upstream-proxy.ts";
import { startRawUpstream } from "../support/upstream.ts";

const roots = createUpstreamRoots({ extraCaPem: [] });
const authority = parseAuthority("a.example", "https", 443);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** How dialling ends once `limitMs` are over; just before that it must not have ended. */
async function outcomeAt(
  limitMs: number,
  options: Omit<DialerOptions, "roots">,
  begun: () => boolean,
) {
  let outcome: unknown;
  const done = createDialer({ roots, ...options })
    .dial(authority)
    .catch((error: unknown) => (outcome = error));
  await vi.waitUntil(begun, { interval: 5, timeout: 5_000 });
  await vi.advanceTimersByTimeAsync(limitMs - 200);
  expect(outcome).toBeUndefined();
  await vi.advanceTimersByTimeAsync(400);
  await done;
  return outcome;
}

test("a resolver that never answers is given up", async () => {
  let asked = false;
  const resolve = (): Promise<never> => {
    asked = true;
    return new Promise(() => undefined);
  };
  expect(await outcomeAt(resolveTimeoutMs, { resolve }, () => asked)).toMatchObject({
    status: 502,
    reason: "name-not-resolved",
  });
});

test("addresses that never accept are given up together, and their sockets closed", async () => {
  const opened: Socket[] = [];
  const openSocket = (): Socket => {
    const socket = new Socket();
    opened.push(socket);
    return socket;
  };
  const options = {
    resolve: async () => ["8.8.8.8", "8.8.4.4", "2001:4860:4860::8888"],
    openSocket,
  };
  const outcome = await outcomeAt(connectTimeoutMs, options, () => opened.length > 0);
  expect(outcome).toMatchObject({ status: 504, reason: "upstream-timeout" });
  expect(opened.map((socket) => socket.destroyed)).toEqual([true, true, true]);
});

test("an upstream that never answers the TLS handshake is given up and its connection closed", async () => {
  let closed = false;
  await using silent = await startRawUpstream({
    onConnection: (socket) => socket.on("close", () => (closed = true)),
  });
  const connectTo = [parseConnectTo(`::127.0.0.1:${silent.port}`)];
  const outcome = await outcomeAt(
    handshakeTimeoutMs,
    { connectTo },
    () => silent.received().length > 0,
  );
  expect(outcome).toMatchObject({ status: 504, reason: "upstream-timeout" });
  await vi.waitUntil(() => closed);
});

test("a company's proxy that never answers CONNECT is given up", async () => {
  await using silent = await startRawUpstream();
  const upstreamProxy = parseUpstreamProxySettings({ https_proxy: `127.0.0.1:${silent.port}` });
  const outcome = await outcomeAt(
    connectTimeoutMs,
    { upstreamProxy },
    () => silent.received().length > 0,
  );
  expect(outcome).toMatchObject({ status: 504, reason: "upstream-timeout" });
});
