import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { createServer as createTlsServer } from "node:tls";
import { inspect } from "node:util";
import { expect, test } from "vitest";
import { parseAuthority } from "../../src/http/authority.ts";
import { parseConnectTo } from "../../src/proxy/client/connect-to.ts";
import { createDialer, type DialedUpstream } from "../../src/proxy/upstream/dial.ts";
import { createUpstreamRoots } from "../../src/proxy/upstream/upstream-roots.ts";
import { parseUpstreamProxySettings } from "../../src/proxy/upstream/upstream-proxy.ts";
import { createTestCa } from "../support/test-ca.ts";
import { startHttpUpstream, startRawUpstream, startTlsUpstream } from "../support/upstream.ts";

const ca = createTestCa();
const roots = createUpstreamRoots({ extraCaPem: [ca.certPem] });
const hello = (_: unknown, response: { end: (text: string) => void }): void =>
  response.end("hello");

interface Tunnel {
  readonly target: string;
  readonly authorization: string | undefined;
}

/** A company's proxy: CONNECT only, every tunnel leads to `port` on this machine. */
async function startCompanyProxy(
  port: number,
): Promise<AsyncDisposable & { port: number; tunnels: Tunnel[] }> {
  const tunnels: Tunnel[] = [];
  const sockets = new Set<Duplex>();
  const server = createServer().on("connect", (request: IncomingMessage, client: Socket) => {
    tunnels.push({ target: request.url!, authorization: request.headers["proxy-authorization"] });
    const upstream = connect({ host: "127.0.0.1", port });
    sockets.add(client).add(upstream);
    client.write("HTTP/1.1 200 Connection established\r\nVia: company\r\n\r\n");
    client.pipe(upstream).pipe(client);
    for (const each of [client, upstream]) each.on("error", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    tunnels,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

function dialThrough(
  env: Record<string, string>,
  text: string,
  scheme: "https" | "http" = "https",
) {
  const { dial } = createDialer({
    roots,
    upstreamProxy: parseUpstreamProxySettings(env),
    resolve: async (host) => (host === "proxy.company.example" ? ["127.0.0.1"] : []),
  });
  return dial(parseAuthority(text, scheme, scheme === "https" ? 443 : 80));
}

async function get({ socket }: DialedUpstream): Promise<string> {
  socket.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

test("an https upstream is reached by CONNECT with the URL's credential, and its own certificate is verified", async () => {
  await using upstream = await startTlsUpstream({ ca, hosts: ["api.example.com"], handler: hello });
  await using proxy = await startCompanyProxy(upstream.port);
  const env = { HTTPS_PROXY: `http://me:p%40ss@proxy.company.example:${proxy.port}` };
  const dialed = await dialThrough(env, "api.example.com:8443");
  expect(await get(dialed)).toContain("hello");
  expect(dialed.address).toBe(`via proxy.company.example:${proxy.port}`);
  expect(proxy.tunnels).toEqual([
    {
      target: "api.example.com:8443",
      authorization: `Basic ${Buffer.from("me:p@ss").toString("base64")}`,
    },
  ]);
  await expect(dialThrough(env, "other.example.com")).rejects.toMatchObject({
    reason: "upstream-tls-failed",
  });
});

test("an http upstream is reached by CONNECT too", async () => {
  await using upstream = await startHttpUpstream({ handler: hello });
  await using proxy = await startCompanyProxy(upstream.port);
  const dialed = await dialThrough(
    { http_proxy: `127.0.0.1:${proxy.port}` },
    "plain.example",
    "http",
  );
  expect(await get(dialed)).toContain("hello");
  expect(proxy.tunnels).toEqual([{ target: "plain.example:80", authorization: undefined }]);
});

test("the company's proxy may itself be reached by TLS", async () => {
  await using upstream = await startTlsUpstream({ ca, hosts: ["api.example.com"], handler: hello });
  await using proxy = await startCompanyProxy(upstream.port);
  await using front = await startTlsFront(proxy.port);
  const dialed = await dialThrough(
    { https_proxy: `https://proxy.company.example:${front.port}` },
    "api.example.com",
  );
  expect(await get(dialed)).toContain("hello");
});

/** TLS in front of a plain port, as a load balancer does it. */
async function startTlsFront(port: number): Promise<AsyncDisposable & { port: number }> {
  const { certPem, keyPem } = ca.issue({ hosts: ["proxy.company.example"] });
  const sockets = new Set<Duplex>();
  const server = createTlsServer({ cert: certPem, key: keyPem }, (client) => {
    const inner = connect({ host: "127.0.0.1", port });
    sockets.add(client).add(inner);
    client.pipe(inner).pipe(client);
    for (const each of [client, inner]) each.on("error", () => client.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

test.each(["169.254.169.254", "127.0.0.1", "[::1]", "10.0.0.1"])(
  "an address literal that isn't public is refused before the company's proxy hears of it: %s",
  async (text) => {
    await using proxy = await startCompanyProxy(1);
    const dialled = dialThrough({ https_proxy: `127.0.0.1:${proxy.port}` }, text);
    await expect(dialled).rejects.toMatchObject({ status: 403, reason: "address-not-allowed" });
    expect(proxy.tunnels).toEqual([]);
  },
);

test("what NO_PROXY or --connect-to names goes past the company's proxy", async () => {
  await using upstream = await startTlsUpstream({ ca, hosts: ["api.example.com"], handler: hello });
  await using proxy = await startCompanyProxy(upstream.port);
  const https_proxy = `127.0.0.1:${proxy.port}`;
  await expect(
    dialThrough({ https_proxy, no_proxy: "example.com" }, "api.example.com"),
  ).rejects.toMatchObject({
    reason: "name-not-resolved",
  });
  const { dial } = createDialer({
    roots,
    upstreamProxy: parseUpstreamProxySettings({ https_proxy }),
    connectTo: [parseConnectTo(`api.example.com:443:127.0.0.1:${upstream.port}`)],
  });
  expect((await dial(parseAuthority("api.example.com", "https", 443))).address).toBe("127.0.0.1");
  expect(proxy.tunnels).toEqual([]);
});

test.each([
  ["wants a credential", "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "407"],
  ["forbids the tunnel", "HTTP/1.1 403 Forbidden\r\nX: y\r\n\r\n", "403"],
  [
    "refuses with a page, as every one does",
    "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 3\r\n\r\nabc",
    "407",
  ],
  ["has no reason phrase", "HTTP/1.1 403\r\n\r\n", "403"],
  ["doesn't speak HTTP", "SSH-2.0-x\r\n\r\n", "not HTTP"],
  ["never ends its answer", `HTTP/1.1 200 OK\r\n${"X: y\r\n".repeat(5_000)}`, "no end"],
  ["speaks before it's asked", "HTTP/1.1 200 OK\r\n\r\nhello", "behind its answer"],
  ["hangs up", "", "closed the connection"],
])(
  "a company's proxy that %s is named as the cause, without its address or credential",
  async (_, answer, words) => {
    await using proxy = await startRawUpstream({
      onConnection: (socket) => socket.once("data", () => socket.end(answer)),
    });
    const https_proxy = `http://me:hunter2@proxy.company.example:${proxy.port}`;
    const error: unknown = await dialThrough({ https_proxy }, "api.example.com").catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toMatchObject({
      status: 502,
      reason: "upstream-unreachable",
      message: expect.stringContaining(words),
    });
    const shown = inspect(error, { depth: 9 });
    expect(shown).not.toMatch(/hunter2|bWU6aHVudGVyMg|proxy\.company/);
    expect(proxy.received().toString()).toContain("Proxy-Authorization: Basic bWU6aHVudGVyMg==");
  },
);

test("a company's proxy that can't be reached is named as the cause", async () => {
  const { port } = await startRawUpstream().then(async (server) => {
    await server[Symbol.asyncDispose]();
    return server;
  });
  await expect(
    dialThrough({ https_proxy: `http://proxy.company.example:${port}` }, "a.example"),
  ).rejects.toMatchObject({
    status: 502,
    reason: "upstream-unreachable",
    message: expect.not.stringContaining("proxy.company"),
  });
});
