import type { Socket } from "node:net";
import { expect, test } from "vitest";
import type { RequestDecisionEvent } from "../../../src/audit/audit-event.ts";
import type { OpenHandlers } from "../../../src/http/handler.ts";
import { makeCredential } from "../../support/credential-fixtures.ts";
import {
  plainDialer,
  startProxy,
  startRecordingUpstream,
  talk,
  type ProxyFixture,
} from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openTunnel } from "../../support/tls-client.ts";

const host = "api.example.com";

function request(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
}

/** Allows any scheme at that path. */
function at(path: string): readonly string[] {
  return [`GET http://${host}${path}`, `GET https://${host}${path}`];
}

function verdicts(proxy: ProxyFixture): readonly string[] {
  return proxy.events
    .filter((event): event is RequestDecisionEvent => event.type === "request.decision")
    .map(({ path, verdict }) => `${path} ${verdict}`);
}

const ways: Readonly<Record<string, (proxy: ProxyFixture) => Promise<Socket>>> = {
  "a kept connection": (proxy) => proxy.connect(),
  "an open tunnel": (proxy) => openTunnel(proxy, `${host}:443`),
};

test.for(Object.entries(ways))(
  "what a new policy takes away is refused on %s, and what it gives is allowed",
  async ([name, open]) => {
    await using upstream = await startRecordingUpstream();
    const credential = makeCredential({ type: "bearer" }, { host });
    await using proxy = await startProxy({
      rules: at("/old"),
      dialer: plainDialer(upstream.port),
      credentials: [credential],
    });
    const refused = await talk(await open(proxy), request("/new"));
    expect(refused).toMatch(/^HTTP\/1\.1 403 /);
    const client = await open(proxy);
    // The control: until then it's allowed here
    const before = await talk(client, request("/old"));
    expect(before).toMatch(/ok$/);
    proxy.replaceRules(at("/new"));
    expect(await talk(client, request("/new"))).toMatch(/ok$/);
    const after = await talk(client, request("/old"));
    expect(after).toMatch(/^HTTP\/1\.1 403 /);
    expect(after).not.toContain(credential.secret);
    expect(verdicts(proxy)).toEqual(["/new deny", "/old allow", "/new allow", "/old deny"]);
    expect(upstream.received().match(/GET \/old /g)).toHaveLength(1);
    recordScore({
      row: 20,
      test: `a request that a new policy takes away, on ${name}`,
      attempts: 1,
      blocked: after.startsWith("HTTP/1.1 403 ") ? 1 : 0,
      controlSucceeded: before.endsWith("ok") ? 1 : 0,
    });
  },
);

test("a request that had begun is decided by the policy of its beginning", async () => {
  await using upstream = await startRecordingUpstream((socket, received) => {
    if (received.endsWith("-body")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const rules = [`POST http://${host}/upload`];
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const client = await proxy.connect();
  client.write(`POST /upload HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 9\r\n\r\nhalf`);
  await expect.poll(() => upstream.received()).toContain("half");
  proxy.replaceRules([]);
  expect(await talk(client, "-body", { until: /ok$/ })).toMatch(/ok$/);
  expect(await talk(client, request("/upload"))).toMatch(/^HTTP\/1\.1 403 /);
});

test("handlers are replaced with the policy, and what was used of its limits stays used", async () => {
  await using upstream = await startRecordingUpstream();
  const saying =
    (text: string): OpenHandlers =>
    () => [
      {
        match: ({ path }) => ({
          exclusive: path === "/handler",
          handle: () =>
            Promise.resolve({
              type: "answer",
              status: 200,
              headers: [],
              body: Buffer.from(text),
            }),
        }),
      },
    ];
  await using proxy = await startProxy({
    rules: [`GET http://${host}/**`],
    handlers: saying("first"),
    limits: { requests: 3 },
    dialer: plainDialer(upstream.port),
  });
  const client = await proxy.connect();
  expect(await talk(client, request("/handler"))).toMatch(/first$/);
  proxy.replaceRules([`GET http://${host}/**`], saying("second"));
  expect(await talk(client, request("/handler"))).toMatch(/second$/);
  proxy.replaceRules([`GET http://${host}/**`]);
  expect(await talk(client, request("/handler"))).toMatch(/ok$/);
  expect(await talk(client, request("/handler"))).toMatch(/^HTTP\/1\.1 429 /);
});
