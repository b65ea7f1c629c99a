// What is made of a head is remembered for the next request on its connection. What may change from one to the next isn't part
// of it: the policy, the secret, the cookies that the server has set.
import { expect, test } from "vitest";
import type { RequestDecisionEvent } from "../../../src/audit/audit-event.ts";
import { Secret } from "../../../src/base/redact.ts";
import { makeCredential } from "../../support/credential-fixtures.ts";
import {
  plainDialer,
  startProxy,
  startRecordingUpstream,
  talk,
} from "../../support/proxy-fixture.ts";
import { openTunnel } from "../../support/tls-client.ts";

const host = "api.example.com";
const rules = [`* https://${host}/**`];

function request(fields: readonly string[] = [], path = "/a"): string {
  return [`GET ${path} HTTP/1.1`, `Host: ${host}`, ...fields, "", ""].join("\r\n");
}

/** The heads that an upstream was sent. */
function headsOf(received: string): readonly string[] {
  return received.split("\r\n\r\n").filter((head) => head !== "");
}

test("the same request is decided anew once the policy is another", async () => {
  await using upstream = await startRecordingUpstream();
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const client = await openTunnel(proxy, `${host}:443`);
  expect(await talk(client, request())).toMatch(/ok$/);
  expect(await talk(client, request())).toMatch(/ok$/);
  proxy.replaceRules([`* https://${host}/b`]);
  expect(await talk(client, request())).toMatch(/^HTTP\/1\.1 403 /);
  expect(headsOf(upstream.received())).toHaveLength(2);
});

test("the secret is asked for each time", async () => {
  await using upstream = await startRecordingUpstream();
  const credential = makeCredential({ type: "bearer" }, { host });
  let turn = 0;
  const get = () => ({ secret: new Secret("key", `real-secret-${++turn}`) });
  await using proxy = await startProxy({
    rules,
    dialer: plainDialer(upstream.port),
    credentials: [{ ...credential, provider: { get, rejected: () => undefined } }],
  });
  const client = await openTunnel(proxy, `${host}:443`);
  for (let count = 0; count < 3; count += 1) await talk(client, request());
  const sent = upstream.received().match(/Bearer \S+/g);
  expect(sent).toEqual([1, 2, 3].map((one) => `Bearer real-secret-${one}`));
});

test("a cookie passes from the answer on that set it", async () => {
  const cookies = ["a=1", "b=2", "c=3"];
  let answered = 0;
  await using upstream = await startRecordingUpstream((socket, received) => {
    if (!received.endsWith("\r\n\r\n")) return;
    const set = cookies[answered++] ?? "c=3";
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: ${set}\r\n\r\nok`);
  });
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const client = await openTunnel(proxy, `${host}:443`);
  await talk(client, request());
  for (let count = 0; count < 3; count += 1) await talk(client, request(["Cookie: a=1; b=2"]));
  const sent = headsOf(upstream.received()).map((head) => /Cookie: (.*)/.exec(head)?.[1]);
  expect(sent).toEqual([undefined, "a=1", "a=1; b=2", "a=1; b=2"]);
});

test("a request is sent and recorded as if it had come first, whatever came before it", async () => {
  const heads = [
    request(),
    request([], "/a?b=c"),
    request(["Accept: */*", "TE: trailers", "Connection: TE"]),
    request(["X-Forwarded-Host: api.example.com", "Range: bytes=0-1"]),
    request([], "https://api.example.com/a"),
    request([], "/a/%7e?x=%2F"),
  ];
  const credential = makeCredential({ type: "bearer" }, { host });
  const run = async (sent: readonly string[], isOneConnection: boolean) => {
    await using upstream = await startRecordingUpstream();
    await using proxy = await startProxy({
      rules,
      dialer: plainDialer(upstream.port),
      credentials: [credential],
    });
    const first = await openTunnel(proxy, `${host}:443`);
    first.setMaxListeners(0);
    for (const head of sent) {
      const client = isOneConnection ? first : await openTunnel(proxy, `${host}:443`);
      await talk(client, head, { until: /ok$|^HTTP\/1\.1 [45]/ });
    }
    const decisions = proxy.events
      .filter((event): event is RequestDecisionEvent => event.type === "request.decision")
      // Tunnels have numbers too
      .map((event) => ({ ...event, request: 0 }));
    return { received: headsOf(upstream.received()), decisions };
  };
  const sent = heads.flatMap((head) => [head, head, request(), head]);
  const repeated = await run(sent, true);
  expect(repeated).toEqual(await run(sent, false));
  expect(repeated.received).toHaveLength(sent.length);
});
