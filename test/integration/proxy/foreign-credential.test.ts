import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { sendCall, sendPast, type ApiCall } from "../../support/api-call.ts";
import { makeCredential } from "../../support/credential-fixtures.ts";
import { plainDialer, startProxy, startRecordingUpstream } from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import {
  harmlessHeaders,
  harmlessQueries,
  vendorHeaders,
  vendorParameters,
} from "./vendor-credentials.ts";

const host = "api.example.com";
const base = `https://${host}/v1/things`;
/** The attacker's own, as a vendor would give it. */
const key = `attacker${randomBytes(16).toString("hex")}`;
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

const attacks: readonly ApiCall[] = [
  ...vendorHeaders.flatMap(([, ...names]) =>
    names.flatMap((name) => [inHeader(name), inHeader(name.replaceAll("-", "_").toLowerCase())]),
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
];

test("a key of the client's own reaches no server that has one from the vault, wherever a vendor documents its place", async () => {
  await using upstream = await startRecordingUpstream((socket) => {
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
  await using proxy = await startProxy({
    rules: [`* https://${host}/**`],
    dialer: plainDialer(upstream.port),
    credentials: [makeCredential({ type: "query", parameter: "appid" })],
  });
  const passed: string[] = [];
  for (const one of attacks) {
    const { refusal } = await sendCall(proxy, one);
    if (refusal === undefined) passed.push(one.title);
  }
  expect(passed).toEqual([]);
  expect(upstream.received()).toBe("");
  // The same bytes to the same server
  for (const one of attacks) expect((await sendPast(upstream.port, one)).status).toBe(200);
  expect(upstream.connections()).toBe(attacks.length);
  recordScore({
    row: 16,
    test: "documented places of vendors' keys, and tokens that can be told",
    attempts: attacks.length,
    blocked: attacks.length - passed.length,
    controlSucceeded: upstream.connections(),
  });
}, 120_000);

test("what clients of every day send goes on, with the credential", async () => {
  await using upstream = await startRecordingUpstream();
  const credential = makeCredential({ type: "query", parameter: "appid" });
  await using proxy = await startProxy({
    rules: [`* https://${host}/**`],
    dialer: plainDialer(upstream.port),
    credentials: [credential],
  });
  const calls = [
    ...harmlessHeaders.map(([name, value]) => inHeader(name, value)),
    ...harmlessQueries.map((query) => inTarget(`?${query}`)),
    inTarget(`?appid=${credential.placeholder}&appid=${credential.placeholder}`),
    inTarget("/a;v=1.2/b;lang=en"),
  ];
  for (const one of calls) {
    expect([one.title, (await sendCall(proxy, one)).status]).toEqual([one.title, 200]);
  }
  const sent = upstream.received().match(/^GET .*$/gm) ?? [];
  expect(sent).toHaveLength(calls.length);
  for (const line of sent) expect(line.match(/appid=/g)).toHaveLength(1);
  expect(sent.every((line) => line.includes(`appid=${credential.secret}`))).toBe(true);
}, 120_000);
