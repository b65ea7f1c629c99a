// Two credentials on one request: the keys of presets `datadog` and `datadog-app`, each in the header that it's for.
import { expect, test } from "vitest";
import { findPreset } from "../../../src/presets/presets.ts";
import { sendCall } from "../../support/api-call.ts";
import { makeCredential } from "../../support/credential-fixtures.ts";
import { plainDialer, startProxy, startRecordingUpstream } from "../../support/proxy-fixture.ts";

const presets = ["datadog", "datadog-app"].map((name) => {
  const preset = findPreset(name);
  const [binding] = preset?.credential?.bindings ?? [];
  if (preset === undefined || binding === undefined) throw new Error(`no preset ${name}`);
  return { name, rules: preset.rules, ...binding };
});
const [apiKey, applicationKey] = presets.map(({ name, host, scheme }) =>
  makeCredential(scheme, { host }, name),
);
if (apiKey === undefined || applicationKey === undefined) throw new Error();
const query = "GET https://api.datadoghq.com/api/v1/query?query=avg:system.load.1";

/** What the upstream got, and what the sandbox was told and recorded. */
async function ask(headers: Readonly<Record<string, string>>, line = query) {
  await using upstream = await startRecordingUpstream((socket) => {
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
  });
  await using proxy = await startProxy({
    rules: presets.flatMap(({ rules }) => rules),
    dialer: plainDialer(upstream.port),
    credentials: [apiKey!, applicationKey!],
  });
  const { status } = await sendCall(proxy, { title: line, line, headers });
  const fields = upstream.received().split("\r\n\r\n")[0]?.split("\r\n").slice(1) ?? [];
  const keys = fields.filter((field) => /^dd-/i.test(field));
  const used = proxy.events.flatMap((event) =>
    event.type === "request.decision" ? (event.credential ?? []) : [],
  );
  return { status, keys, used, recorded: JSON.stringify(proxy.events) };
}

const own = {
  "DD-API-KEY": apiKey.placeholder,
  "DD-APPLICATION-KEY": applicationKey.placeholder,
};

test.each([
  ["the client holds both placeholders", own],
  ["the client sends none", {}],
])("both keys go on a request that reads, when %s", async (_, headers) => {
  const { status, keys, recorded } = await ask(headers);
  expect(status).toBe(200);
  expect(keys.map((field) => field.toLowerCase()).toSorted()).toEqual([
    `dd-api-key: ${apiKey.secret}`,
    `dd-application-key: ${applicationKey.secret}`,
  ]);
  expect(recorded).not.toContain(apiKey.secret);
  expect(recorded).not.toContain(applicationKey.secret);
});

test("a key alone goes where the client sends it alone", async () => {
  const { keys } = await ask({ "DD-API-KEY": apiKey.placeholder });
  expect(keys.map((field) => field.toLowerCase())).toEqual([`dd-api-key: ${apiKey.secret}`]);
});

test("what no rule allows gets neither key", async () => {
  const { status, keys } = await ask(own, "GET https://api.datadoghq.com/api/v1/api_key");
  expect([status, keys]).toEqual([403, []]);
});
