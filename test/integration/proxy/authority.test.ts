import { createServer as createHttpServer } from "node:http";
import { connect as connectTcp, createServer, type Socket } from "node:net";
import { createServer as createTlsServer, connect as connectTls, TLSSocket } from "node:tls";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import {
  plainDialer,
  startProxy,
  startRecordingUpstream,
  talk,
  type ProxyFixture,
} from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createTestCa } from "../../support/test-ca.ts";
import { openTunnel, startTls } from "../../support/tls-client.ts";
import { openShared } from "../../support/shared-place.ts";

const names = ["allowed.example", "also.example", "evil.example", "sub.allowed.example"] as const;
const rules = [
  "* https://allowed.example",
  "* https://also.example",
  "* http://allowed.example",
  "* http://also.example",
];

/** Where one request says it goes; `-` for the form without that place. */
interface Claim {
  readonly connect: string;
  readonly sni: string;
  readonly target: string;
  readonly host: string;
}

function* claims(): Generator<Claim> {
  for (const connect of names) {
    for (const sni of names) {
      for (const host of names) {
        for (const target of ["-", ...names]) yield { connect, sni, target, host };
      }
    }
  }
}

function isConsistent(claim: Claim): boolean {
  const named = [
    claim.connect,
    claim.sni,
    claim.host,
    ...(claim.target === "-" ? [] : [claim.target]),
  ];
  return new Set(named).size === 1 && rules.includes(`* https://${claim.host}`);
}

function requestText(claim: Claim): string {
  const target = claim.target === "-" ? "/" : `https://${claim.target}/`;
  return `GET ${target} HTTP/1.1\r\nHost: ${claim.host}\r\n\r\n`;
}

/** What the client got for the claim, in one text; `before` is sent first on the same connection. */
async function tryClaim(proxy: ProxyFixture, claim: Claim, before = ""): Promise<string> {
  try {
    const tunnel = await openTunnel(proxy, `${claim.connect}:443`, { sni: claim.sni });
    if (before !== "") {
      tunnel.write(before);
      for (let text = ""; !text.endsWith("ok");) text += String((await once(tunnel, "data"))[0]);
    }
    // A refusal closes the connection, so that nobody waits this long for one
    const answer = await talk(tunnel, requestText(claim), { quietMs: 400 });
    tunnel.destroy();
    return answer;
  } catch (error) {
    return error instanceof Error ? error.message : "failed";
  }
}

test("no combination of CONNECT, SNI, target and Host that disagrees reaches any server, on the first request or the second", async () => {
  await using upstream = await startRecordingUpstream();
  const dialer = plainDialer(upstream.port);
  await using proxy = await startProxy({ rules, dialer });
  let attempts = 0;
  const passed: (Claim & { readonly request: 1 | 2 })[] = [];
  for (const claim of claims()) {
    if (isConsistent(claim)) continue;
    dialer.dialled.length = 0;
    const first = await tryClaim(proxy, claim);
    attempts++;
    if (dialer.dialled.length > 0 || first.startsWith("HTTP/1.1 200 "))
      passed.push({ ...claim, request: 1 });
    // The second request on a kept connection, when the tunnel itself was consistent and allowed
    if (claim.connect !== claim.sni || !rules.includes(`* https://${claim.connect}`)) continue;
    const good = `GET / HTTP/1.1\r\nHost: ${claim.connect}\r\n\r\n`;
    dialer.dialled.length = 0;
    const second = await tryClaim(proxy, claim, good);
    attempts++;
    const isElsewhere = dialer.dialled.some((url) => url !== `https://${claim.connect}:443`);
    if (isElsewhere || !second.startsWith("HTTP/1.1 4")) passed.push({ ...claim, request: 2 });
  }
  expect(passed).toEqual([]);
  expect(attempts).toBeGreaterThan(300);
  for (const claim of claims()) {
    if (isConsistent(claim)) expect(await tryClaim(proxy, claim)).toMatch(/^HTTP\/1\.1 200 OK/);
  }
  const mismatches = proxy.events.filter(
    (event) => event.type === "request.decision" && event.reason === "authority-mismatch",
  );
  expect(mismatches.length).toBeGreaterThan(100);
  expect(
    mismatches.every((event) => event.type === "request.decision" && event.claimed !== undefined),
  ).toBe(true);
  recordScore({
    row: 1,
    test: "authority combinations",
    attempts,
    blocked: attempts,
    controlSucceeded: await countReachedThroughNaiveProxy(),
  });
}, 120_000);

test("a transparent connection goes by its SNI, and its Host must agree", async () => {
  await using upstream = await startRecordingUpstream();
  const dialer = plainDialer(upstream.port);
  await using proxy = await startProxy({ rules, dialer });
  const good = await startTls(proxy, await proxy.connect(), { host: "allowed.example" });
  expect(await talk(good, "GET / HTTP/1.1\r\nHost: allowed.example\r\n\r\n")).toMatch(/ 200 OK/);
  const fronted = await startTls(proxy, await proxy.connect(), { host: "allowed.example" });
  expect(await talk(fronted, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")).toMatch(
    /^HTTP\/1\.1 421 /,
  );
  const denied = await startTls(proxy, await proxy.connect(), { host: "evil.example" });
  expect(await talk(denied, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n")).toMatch(
    /^HTTP\/1\.1 403 .*\r\nX-Vaultbox-Refusal: host-not-allowed/,
  );
  expect(dialer.dialled).toEqual(["https://allowed.example:443"]);
});

test("a ClientHello without a server name has no authority and is closed", async () => {
  await using upstream = await startRecordingUpstream();
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  await expect(
    startTls(proxy, await proxy.connect(), { host: "allowed.example", sni: "none" }),
  ).rejects.toThrow(/handshake|alert/i);
  expect(upstream.received()).toBe("");
});

test("only http/1.1 is offered, so that nothing is read by a second parser", async () => {
  await using upstream = await startRecordingUpstream();
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  await expect(openTunnel(proxy, "allowed.example:443", { alpn: ["h2"] })).rejects.toThrow(
    /handshake|alert/i,
  );
  const tunnel = await openTunnel(proxy, "allowed.example:443", { alpn: ["h2", "http/1.1"] });
  expect(tunnel.alpnProtocol).toBe("http/1.1");
  tunnel.destroy();
});

const ports = [
  1,
  22,
  25,
  53,
  444,
  2375,
  3128,
  5432,
  6379,
  8080,
  8443,
  9999,
  11211,
  27017,
  65535,
  ...Array.from({ length: 85 }, (_, index) => 451 + 613 * index),
];

describe("a port that no rule names is refused, by CONNECT and in absolute form", () => {
  const world = openShared(async (stack) => {
    const dialer = plainDialer(stack.use(await startRecordingUpstream()).port);
    const named = ["* https://allowed.example", "* http://allowed.example"];
    return { dialer, proxy: stack.use(await startProxy({ rules: named, dialer })) };
  });

  test.each(ports)("%i", async (port) => {
    const { proxy, dialer } = world();
    const absolute = await talk(
      await proxy.connect(),
      `GET http://allowed.example:${port}/ HTTP/1.1\r\nHost: allowed.example:${port}\r\n\r\n`,
      { until: /\r\n\r\n/ },
    );
    expect(absolute).toMatch(/^HTTP\/1\.1 403 /);
    const tunnel = await proxy.connect();
    await talk(tunnel, `CONNECT allowed.example:${port} HTTP/1.1\r\n\r\n`, { until: /\r\n\r\n/ });
    const inside = await talk(tunnel, `GET / HTTP/1.1\r\nHost: allowed.example:${port}\r\n\r\n`, {
      until: /\r\n\r\n/,
    });
    expect(inside).toMatch(/^HTTP\/1\.1 403 .*\r\nX-Vaultbox-Refusal: port-not-allowed/);
    expect(dialer.dialled).toEqual([]);
    const test = `ports: ${port}`;
    recordScore({ row: 6, test, attempts: 2, blocked: 2, controlSucceeded: 0 });
  });

  test("and a usual proxy goes to all of them (control)", async () => {
    const controlSucceeded = await countPortsThroughNaiveProxy(ports);
    expect(controlSucceeded).toBe(ports.length);
    recordScore({ row: 6, test: "ports: control", attempts: 0, blocked: 0, controlSucceeded });
  }, 60_000);
});

/** A usual intercepting proxy that checks the CONNECT target alone: how many of three frontings get through it. */
async function countReachedThroughNaiveProxy(): Promise<number> {
  const seen: string[] = [];
  const certificate = createTestCa().issue({ hosts: [...names] });
  const inside = createHttpServer((request, response) => {
    seen.push(request.headers.host ?? "");
    response.end("ok");
  });
  const secure = createTlsServer({ key: certificate.keyPem, cert: certificate.certPem }, (socket) =>
    inside.emit("connection", socket),
  );
  const naive = createServer((socket: Socket) => {
    socket.once("data", (chunk) => {
      if (!chunk.toString().startsWith("CONNECT allowed.example:")) return socket.destroy();
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      return secure.emit("connection", socket);
    });
  });
  naive.listen(0, "127.0.0.1");
  await once(naive, "listening");
  const address = naive.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  for (const host of ["evil.example", "also.example", "sub.allowed.example"]) {
    const socket = connectTcp(port, "127.0.0.1");
    socket.write("CONNECT allowed.example:443 HTTP/1.1\r\n\r\n");
    await once(socket, "data");
    socket.pause();
    const tunnel: TLSSocket = connectTls({ socket, servername: host, rejectUnauthorized: false });
    await once(tunnel, "secureConnect");
    await talk(tunnel, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`, { quietMs: 100 });
    tunnel.destroy();
  }
  naive.close();
  return seen.filter((host) => host !== "allowed.example").length;
}

/** A proxy that looks at the host name of a CONNECT alone: to how many of the ports it lets a client through. */
async function countPortsThroughNaiveProxy(ports: readonly number[]): Promise<number> {
  const reached: number[] = [];
  const naive = createServer((client: Socket) => {
    client.on("error", () => client.destroy());
    client.once("data", (chunk) => {
      const [, host, port] = /^CONNECT ([^ :]+):(\d+) HTTP/.exec(chunk.toString()) ?? [];
      if (host !== "allowed.example") return client.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      // What the client says next arrives at the port it asked for
      return client.once("data", () => {
        reached.push(Number(port));
        client.end("ok");
      });
    });
  });
  naive.listen(0, "127.0.0.1");
  await once(naive, "listening");
  const address = naive.address();
  const at = address !== null && typeof address === "object" ? address.port : 0;
  for (const port of ports) {
    const socket = connectTcp(at, "127.0.0.1");
    socket.write(`CONNECT allowed.example:${port} HTTP/1.1\r\n\r\n`);
    const [answer] = await once(socket, "data");
    if (String(answer).startsWith("HTTP/1.1 200 ")) {
      socket.write("anything");
      await once(socket, "data");
    }
    socket.destroy();
  }
  naive.close();
  return reached.filter((port) => port !== 443).length;
}
