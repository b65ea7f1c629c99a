import { expect, test } from "vitest";
import { bindingsFor, createBoundHosts } from "../../../src/credential/bound-hosts.ts";
import { planCredentials } from "../../../src/credential/plan.ts";
import type { SessionCredential } from "../../../src/credential/session-credential.ts";
import { makeCredential } from "../../support/credential-fixtures.ts";

const apiKey = makeCredential({ type: "header", header: "DD-API-KEY" }, {}, "api-key");
const applicationKey = makeCredential({ type: "header", header: "DD-APPLICATION-KEY" }, {}, "app");
const bearer = makeCredential({ type: "bearer" }, {}, "bearer");
const basic = makeCredential({ type: "basic", username: "me" }, {}, "basic");
const inPath = makeCredential({ type: "query", parameter: "key" }, { pathPrefix: "/v1" }, "v1");

/** Names of the credentials that go on `GET https://api.example.com/v1`. */
function plan(credentials: readonly SessionCredential[], ...offered: readonly SessionCredential[]) {
  const host = createBoundHosts(credentials)("api.example.com");
  if (host === undefined) return [];
  const bound = bindingsFor(host, { scheme: "https", port: 443, path: "/v1" });
  const planned = planCredentials(bound, new Set(offered));
  return planned === "several" ? planned : planned.map(({ credential }) => credential.name);
}

test.each<[string, readonly SessionCredential[], readonly SessionCredential[], unknown]>([
  ["two keys for one place", [apiKey, applicationKey], [], ["api-key", "app"]],
  ["the one that the client means", [apiKey, applicationKey], [applicationKey], ["app"]],
  ["both that it means", [apiKey, applicationKey], [apiKey, applicationKey], ["api-key", "app"]],
  ["one of two for the same field", [bearer, basic], [], ["bearer"]],
  ["the one that it means of two for the same field", [bearer, basic], [basic], ["basic"]],
  ["none when it means two for the same field", [bearer, basic], [bearer, basic], "several"],
  ["the one for the path alone", [apiKey, inPath], [], ["v1"]],
  [
    "none when it means one for the path and one for all",
    [apiKey, inPath],
    [apiKey, inPath],
    "several",
  ],
  ["one of two vaults", [apiKey, { ...applicationKey, vault: "other" }], [], ["api-key"]],
  ["none where none is bound", [], [], []],
])("%s", (_, credentials, offered, names) => {
  expect(plan(credentials, ...offered)).toEqual(names);
});
