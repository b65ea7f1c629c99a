import { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { expect, test } from "vitest";
import { parseAuthority } from "../../src/http/authority.ts";
import { connectAddress, openTcpSocket } from "../../src/proxy/client/connect-address.ts";
import { parseConnectTo } from "../../src/proxy/client/connect-to.ts";
import {
  createDialer,
  type DialedUpstream,
  type DialerOptions,
} from "../../src/proxy/upstream/dial.ts";
import { createUpstreamRoots } from "../../src/proxy/upstream/upstream-roots.ts";
import { createSelfSigned, createTestCa, type IssuedCertificate } from "../support/test-ca.ts";
import { startHttpUpstream, startRawUpstream, startTlsUpstream } from "../support/upstream.ts";

const ca = createTestCa();
const writable = createTestCa("Nobody's CA");
const roots = createUpstreamRoots({ extraCaPem: [ca.certPem] });
const hello = (_: unknown, response: { end: (text: string) => void }): void =>
  response.end("hello");

function dialAt(text: string, port: number, options: Partial<DialerOptions> = {}) {
  const mapping = parseConnectTo(`::127.0.0.1:${port}`);
  return createDialer({ roots, connectTo: [mapping], ...options }).dial(
    parseAuthority(text, "https", 443),
  );
}

async function get({ socket }: DialedUpstream, host: string): Promise<string> {
  socket.end(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

test("an upstream that its certificate vouches for is connected by TLS 1.2 or later, without delay, as HTTP/1.1", async () => {
  await using upstream = await startTlsUpstream({ ca, hosts: ["api.example.com"], handler: hello });
  const dialed = await dialAt("api.example.com", upstream.port);
  expect(dialed.address).toBe("127.0.0.1");
  expect(dialed.socket).toBeInstanceOf(TLSSocket);
  const socket = dialed.socket as TLSSocket;
  expect(socket.authorized).toBe(true);
  expect(socket.alpnProtocol).toBe("http/1.1");
  expect(socket.getProtocol()).toBe("TLSv1.3");
  expect(await get(dialed, "api.example.com")).toContain("hello");
});

test.each<[string, () => IssuedCertificate, string]>([
  [
    "has expired",
    () => ca.issue({ hosts: ["api.example.com"], notAfter: new Date(Date.now() - 1000) }),
    "has expired",
  ],
  [
    "isn't valid yet",
    () => ca.issue({ hosts: ["api.example.com"], notBefore: new Date(Date.now() + 3_600_000) }),
    "isn't valid yet",
  ],
  ["is for another name", () => ca.issue({ hosts: ["other.example.com"] }), "is for another name"],
  ["is for a parent name", () => ca.issue({ hosts: ["example.com"] }), "is for another name"],
  [
    "comes from an untrusted CA",
    () => writable.issue({ hosts: ["api.example.com"] }),
    "isn't signed by a trusted",
  ],
  [
    "signed itself",
    () => createSelfSigned({ hosts: ["api.example.com"] }),
    "isn't signed by a trusted",
  ],
])(
  "an upstream whose certificate %s is refused before it gets a byte of the request",
  async (_, issue, words) => {
    let requests = 0;
    const certificate = issue();
    await using upstream = await startTlsUpstream({ certificate, handler: () => (requests += 1) });
    await expect(dialAt("api.example.com", upstream.port)).rejects.toMatchObject({
      status: 502,
      reason: "upstream-tls-failed",
      message: expect.stringContaining(words),
    });
    expect(requests).toBe(0);
  },
);

test("the untrusted upstream of the test above is accepted by someone who trusts its CA", async () => {
  await using upstream = await startTlsUpstream({
    ca: writable,
    hosts: ["api.example.com"],
    handler: hello,
  });
  const dialed = await dialAt("api.example.com", upstream.port, {
    roots: createUpstreamRoots({ extraCaPem: [writable.certPem] }),
  });
  expect(await get(dialed, "api.example.com")).toContain("hello");
});

test("an address is verified as an address and never sent as server name", async () => {
  const names: unknown[] = [];
  await using upstream = await startTlsUpstream({
    ca,
    hosts: ["127.0.0.1"],
    handler: (request, response) => {
      names.push((request.socket as TLSSocket).servername);
      response.end("hello");
    },
  });
  const dialed = await dialAt("127.0.0.1", upstream.port);
  expect(await get(dialed, "127.0.0.1")).toContain("hello");
  expect(names).toEqual([false]);
  await expect(dialAt("127.0.0.2", upstream.port)).rejects.toMatchObject({
    reason: "upstream-tls-failed",
  });
});

test("a plain http upstream is connected without TLS", async () => {
  await using upstream = await startHttpUpstream({ handler: hello });
  const connectTo = [parseConnectTo(`a.example:80:127.0.0.1:${upstream.port}`)];
  const dialed = await createDialer({ roots, connectTo }).dial(
    parseAuthority("a.example", "http", 80),
  );
  expect(await get(dialed, "a.example")).toContain("hello");
});

test.each<[what: string, onConnection: (socket: Socket) => void]>([
  ["hangs up in the handshake", (socket) => socket.once("data", () => socket.destroy())],
  ["speaks no TLS", (socket) => socket.end("HTTP/1.1 400 no\r\n\r\n")],
])("an upstream that %s is a TLS failure", async (_, onConnection) => {
  await using upstream = await startRawUpstream({ onConnection });
  await expect(dialAt("a.example", upstream.port)).rejects.toMatchObject({
    status: 502,
    reason: "upstream-tls-failed",
  });
});

test("a port where nobody listens is unreachable, and its address stays unsaid", async () => {
  const { port } = await startRawUpstream().then(async (upstream) => {
    await upstream[Symbol.asyncDispose]();
    return upstream;
  });
  await expect(dialAt("a.example", port)).rejects.toMatchObject({
    status: 502,
    reason: "upstream-unreachable",
    message: 'no connection to "a.example": it refused the connection',
  });
});

test.each<[string, () => Promise<readonly string[]>]>([
  ["fails", () => Promise.reject(new Error("getaddrinfo ENOTFOUND at 10.0.0.53"))],
  ["answers with nothing", () => Promise.resolve([])],
])("a resolver that %s is reported without its details", async (_, resolve) => {
  const { dial } = createDialer({ roots, resolve });
  await expect(dial(parseAuthority("a.example", "https", 443))).rejects.toMatchObject({
    status: 502,
    reason: "name-not-resolved",
    message: expect.not.stringContaining("10.0.0.53"),
  });
});

test.each(["b.example", "a.example:444", "x.a.example", "127.0.0.1:PORT"])(
  "a mapping for one host and port exempts nothing else: %s",
  async (text) => {
    await using upstream = await startRawUpstream();
    const connectTo = [parseConnectTo(`a.example:443:127.0.0.1:${upstream.port}`)];
    const { dial } = createDialer({ roots, connectTo, resolve: async () => ["127.0.0.1"] });
    const authority = parseAuthority(text.replace("PORT", `${upstream.port}`), "https", 443);
    await expect(dial(authority)).rejects.toMatchObject({
      status: 403,
      reason: "address-not-allowed",
    });
    expect(upstream.connections()).toBe(0);
  },
);

test("a mapping that changes the port alone still has its address checked", async () => {
  await using upstream = await startRawUpstream();
  const connectTo = [parseConnectTo(`a.example:443::${upstream.port}`)];
  const { dial } = createDialer({ roots, connectTo, resolve: async () => ["127.0.0.1"] });
  await expect(dial(parseAuthority("a.example", "https", 443))).rejects.toMatchObject({
    reason: "address-not-allowed",
  });
  expect(upstream.connections()).toBe(0);
});

test.each<[what: string, toOptions: (port: number) => DialerOptions]>([
  [
    "the connection and the handshake",
    (port) => ({ roots, connectTo: [parseConnectTo(`a.example::127.0.0.1:${port}`)] }),
  ],
  ["the resolution", () => ({ roots, resolve: () => new Promise<never>(() => undefined) })],
])("a caller that gives up ends %s", async (_, toOptions) => {
  await using silent = await startRawUpstream();
  const options = toOptions(silent.port);
  const reason = new Error("client went away");
  const abort = new AbortController();
  const dial = () =>
    createDialer(options).dial(parseAuthority("a.example", "https", 443), {
      signal: abort.signal,
    });
  const dialling = dial();
  setTimeout(() => abort.abort(reason), 50);
  await expect(dialling).rejects.toBe(reason);
  await expect(dial()).rejects.toBe(reason);
});

test("an address that doesn't answer costs a head start, one that refuses costs nothing, and losers are closed", async () => {
  await using upstream = await startRawUpstream();
  const opened: Socket[] = [];
  const openSocket = (address: string, port: number): Socket => {
    // A socket that nobody connects stands for an address that swallows packets
    const socket =
      address === "192.0.2.1"
        ? new Socket()
        : openTcpSocket("127.0.0.1", address === "192.0.2.2" ? 1 : port);
    opened.push(socket);
    return socket;
  };
  const startedAt = performance.now();
  const found = await connectAddress(["192.0.2.1", "192.0.2.2", "127.0.0.1"], upstream.port, {
    openSocket,
    signal: undefined,
  });
  expect(found.address).toBe("127.0.0.1");
  expect(performance.now() - startedAt).toBeGreaterThan(200);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(opened.map((socket) => socket.destroyed)).toEqual([true, true, false]);
  found.socket.destroy();
});
