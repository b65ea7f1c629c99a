import { describe, expect, test } from "vitest";
import { sendCall, sendPast, type ApiCall } from "../../support/api-call.ts";
import { makeCredential } from "../../support/credential-fixtures.ts";
import { plainDialer, startProxy, startRecordingUpstream } from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";
import {
  harmlessHeaders,
  harmlessQueries,
  vendorHeaders,
  vendorParameters,
} from "./vendor-credentials.ts";

const host = "api.example.com";
const base = `https://${host}/v1/things`;
/** The attacker's own, as a vendor would give it. */
const key = "attacker7c1f94d05be2a3688d0e5b41c92f6a37";
const letters = "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5hJ7k";

/** Values that say what they are wherever they stand. */
const shaped = [
  `ghp_${letters.slice(0, 36)}`,
  `glpat-${letters.slice(0, 20)}`,
  `sk-ant-api03-${letters.slice(0, 30)}`,
  `xoxb-1234567890-${letters.slice(0, 12)}`,
  `AIza${letters.slice(0, 35)}`,
  `npm_${letters.slice(0, 36)}`,
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhdHRhY2tlciJ9.c2lnbmF0dXJl",
];

function inHeader(name: string, value = key): ApiCall {
  return { title: `${name}: ${value}`, line: `GET ${base}`, headers: { [name]: value } };
}

function inTarget(target: string): ApiCall {
  return { title: target, line: `GET ${base}${target}` };
}

/** What several vendors document is tried once. */
function distinct(calls: readonly ApiCall[]): readonly ApiCall[] {
  return [...new Map(calls.map((one) => [one.title, one])).values()];
}

const attacks = distinct([
  ...vendorHeaders.flatMap(([, ...names]) =>
    names.flatMap((name) => [
      inHeader(name),
      inHeader(name.toUpperCase()),
      inHeader(name.replaceAll("-", "_").toLowerCase()),
    ]),
  ),
  ...vendorParameters.flatMap(([, ...names]) =>
    names.flatMap((name) => [
      inTarget(`?${name}=${key}`),
      inTarget(`?a=b;${name}=${key}`),
      inTarget(`;${name}=${key}?a=b`),
    ]),
  ),
  ...shaped.flatMap((value) => [
    inHeader("X-Note", value),
    inTarget(`?q=${value}`),
    inTarget(`?q=${value.replace("-", "%2d").replace("_", "%5F")}`),
    inTarget(`/${value}/send`),
  ]),
  inTarget(`/bot123456789:${letters.slice(0, 35)}/sendMessage`),
]);

describe("a key of the client's own reaches no server that has one from the vault, wherever a vendor documents its place", () => {
  const servers = openShared(async (stack) => {
    const answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    const start = async () =>
      stack.use(await startRecordingUpstream((socket) => void socket.end(answer)));
    const guarded = await start();
    const proxy = stack.use(
      await startProxy({
        rules: [`* https://${host}/**`],
        dialer: plainDialer(guarded.port),
        credentials: [makeCredential({ type: "query", parameter: "appid" })],
      }),
    );
    return { guarded, proxy, open: await start() };
  });

  test.each(attacks)("$title", async (one) => {
    const { guarded, open, proxy } = servers();
    expect((await sendCall(proxy, one)).refusal).toBeDefined();
    expect(guarded.received()).toBe("");
    // The same bytes to the same server
    const before = open.connections();
    expect((await sendPast(open.port, one)).status).toBe(200);
    expect(open.connections()).toBe(before + 1);
    const test = `documented places of vendors' keys, and tokens that can be told: ${one.title}`;
    recordScore({ row: 16, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
  });
});

describe("what clients of every day send goes on, with the credential", () => {
  const credential = makeCredential({ type: "query", parameter: "appid" });
  const servers = openShared(async (stack) => {
    const upstream = stack.use(await startRecordingUpstream());
    const proxy = stack.use(
      await startProxy({
        rules: [`* https://${host}/**`],
        dialer: plainDialer(upstream.port),
        credentials: [credential],
      }),
    );
    return { upstream, proxy };
  });

  test.each([
    ...harmlessHeaders.map(([name, value]) => inHeader(name, value)),
    ...harmlessQueries.map((query) => inTarget(`?${query}`)),
    inTarget(`?appid=${credential.placeholder}&appid=${credential.placeholder}`),
    inTarget("/a;v=1.2/b;lang=en"),
  ])("$title", async (one) => {
    const { upstream, proxy } = servers();
    const before = upstream.received().length;
    expect((await sendCall(proxy, one)).status).toBe(200);
    const sent =
      upstream
        .received()
        .slice(before)
        .match(/^GET .*$/gm) ?? [];
    expect(sent).toEqual([expect.stringContaining(`appid=${credential.secret}`)]);
    expect(sent[0]?.match(/appid=/g)).toHaveLength(1);
  });
});
