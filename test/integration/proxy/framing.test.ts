import { once } from "node:events";
import { createServer, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import {
  plainDialer,
  startProxy,
  startRecordingUpstream,
  talk,
} from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";
import {
  acceptedRequests,
  refusedBodies,
  refusedRequests,
  type RequestProbe,
} from "./request-corpus.ts";

const rules = ["* http://allowed.example", "* http://evil.example"];

describe("a malformed request head is refused and closed, and not a byte of it goes upstream", () => {
  const place = openShared(async (stack) => {
    const upstream = stack.use(await startRecordingUpstream());
    const dialer = plainDialer(upstream.port);
    return { upstream, dialer, proxy: stack.use(await startProxy({ rules, dialer })) };
  });

  test.each(refusedRequests)("$title", async ({ title, bytes }) => {
    const { upstream, dialer, proxy } = place();
    const answer = await talk(await proxy.connect(), bytes, { quietMs: 1000 });
    expect(answer).toMatch(/^HTTP\/1\.1 4(?:00|21|31) /);
    expect(dialer.dialled).toEqual([]);
    expect(upstream.received()).toBe("");
    const test = `request heads: ${title}`;
    recordScore({ row: 9, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
  });

  test("and a usual Node proxy passes some of them on (control)", async () => {
    const controlSucceeded = await countAcceptedByNaiveProxy(refusedRequests);
    expect(controlSucceeded).toBeGreaterThan(5);
    const test = "request heads: control";
    recordScore({ row: 9, test, attempts: 0, blocked: 0, controlSucceeded });
  }, 60_000);
});

describe("a broken chunked body ends the connection, and what stands behind it is never a request", () => {
  const place = openShared(async (stack) => {
    const upstream = stack.use(await startRecordingUpstream(() => undefined));
    const dialer = plainDialer(upstream.port);
    return { upstream, proxy: stack.use(await startProxy({ rules, dialer })) };
  });

  test.each(refusedBodies)("$title", async ({ title, bytes }) => {
    const { upstream, proxy } = place();
    const smuggled = "GET /smuggled HTTP/1.1\r\nHost: evil.example\r\n\r\n";
    expect(await talk(await proxy.connect(), bytes + smuggled)).toMatch(/^HTTP\/1\.1 400 /);
    expect(upstream.received()).not.toContain("smuggled");
    expect(upstream.received()).not.toContain("Authorization");
    const test = `chunked bodies: ${title}`;
    recordScore({ row: 9, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
  });

  test("and a usual Node proxy passes some of them on (control)", async () => {
    const controlSucceeded = await countAcceptedByNaiveProxy(refusedBodies);
    expect(controlSucceeded).toBeGreaterThan(5);
    const test = "chunked bodies: control";
    recordScore({ row: 9, test, attempts: 0, blocked: 0, controlSucceeded });
  });
});

test.each(acceptedRequests)(
  "ordinary requests arrive, each written anew: $title",
  async ({ title, bytes }) => {
    await using upstream = await startRecordingUpstream();
    await using proxy = await startProxy({
      rules,
      dialer: plainDialer(upstream.port),
      clientCredentials: "pass",
    });
    const answer = await talk(await proxy.connect(), bytes);
    expect(`${title}: ${answer}`).toMatch(/: HTTP\/1\.1 200 OK\r\n/);
    expect(upstream.received()).toMatch(
      /^(?:GET|POST) \/[^ ]* HTTP\/1\.1\r\nHost: allowed\.example\r\n/,
    );
  },
);

test("a chunked body arrives whole however it is cut", async () => {
  const body = "5\r\nhello\r\n1\r\n,\r\n6\r\n world\r\n0\r\n\r\n";
  const head = "POST / HTTP/1.1\r\nHost: allowed.example\r\nTransfer-Encoding: chunked\r\n\r\n";
  await using upstream = await startRecordingUpstream((socket, received) => {
    if (received.endsWith("0\r\n\r\n")) socket.write("HTTP/1.1 204 No Content\r\n\r\n");
  });
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const whole = head + body;
  for (let cut = 1; cut < whole.length; cut += 3) {
    const socket = await proxy.connect();
    socket.write(whole.slice(0, cut), "latin1");
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await talk(socket, whole.slice(cut), { until: /\r\n\r\n$/ })).toMatch(
      /^HTTP\/1\.1 204 /,
    );
    socket.destroy();
  }
});

/** How many of the corpus a usual Node proxy forwards: each of them shows that the probe is a real one. */
async function countAcceptedByNaiveProxy(probes: readonly RequestProbe[]): Promise<number> {
  await using upstream = await startRecordingUpstream();
  const naive = createServer((incoming, outgoing) => {
    const forwarded = httpRequest(
      {
        port: upstream.port,
        host: "127.0.0.1",
        method: incoming.method,
        path: incoming.url,
        headers: incoming.headers,
      },
      (response) => {
        outgoing.writeHead(response.statusCode ?? 500);
        response.pipe(outgoing);
      },
    );
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  naive.listen(0, "127.0.0.1");
  await once(naive, "listening");
  const address = naive.address();
  const port = address !== null && typeof address === "object" ? address.port : 0;
  let accepted = 0;
  for (const { bytes } of probes) {
    const before = upstream.connections() + upstream.received().length;
    const socket = connect(port, "127.0.0.1");
    await talk(socket, bytes, { quietMs: 50 });
    socket.destroy();
    if (upstream.connections() + upstream.received().length > before) accepted++;
  }
  naive.closeAllConnections();
  naive.close();
  return accepted;
}
