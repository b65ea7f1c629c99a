import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { posix } from "node:path";
import { expect, test } from "vitest";
import { compilePolicy, decide } from "../../../src/policy/decide.ts";
import { parseRule } from "../../../src/policy/parse-rule.ts";
import { makeCredential } from "../../support/credential-fixtures.ts";
import { plainDialer, startProxy, talk } from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openTunnel } from "../../support/tls-client.ts";

const origin = "https://api.example.com";
const rules = ["/repos/a/b/**", "/repos/*/releases", "/files/*.txt", "/open/**"];
const denials = ["/open/admin/**", "/open/keys"];

/** What the rules let be read, by the name of the resource that a server takes a target for. */
function isAllowed(resource: string): boolean {
  if (/^\/open\/(?:admin(?:\/|$)|keys$)/.test(resource)) return false;
  return /^\/(?:repos\/a\/b(?:\/|$)|repos\/[^/]+\/releases$|files\/[^/]*\.txt$|open(?:\/|$))/.test(
    resource,
  );
}

/** Ways in which servers come from a target to a resource. */
const servers: ReadonlyMap<string, (target: string) => string> = new Map([
  ["as it says", (target) => plain(target)],
  // nginx: `proxy_pass http://b$uri`; Apache: RewriteRule (CVE-2024-38474)
  ["decodes before it parses", (target) => plain(decode(target).replace(/[?#].*$/, ""))],
  ["takes only an escaped ? for one", (target) => plain(target.replace(/%3f.*$/i, ""))],
  // Tomcat and Jetty, before and after they decode
  ["drops parameters", (target) => plain(target.replaceAll(/;[^/]*/g, ""))],
  ["decodes, then drops parameters", (target) => plain(decode(target).replaceAll(/;[^/]*/g, ""))],
  ["takes old forms for what they stand for", (target) => plain(decode(target).normalize("NFKC"))],
  ["drops blanks", (target) => plain(decode(target).replaceAll(/\s/g, ""))],
  ["drops what isn't seen", (target) => plain(decode(target).replaceAll(/\u200b/g, ""))],
  ["drops streams of dots", (target) => plain(decode(target).replaceAll(/\/(\.+):[^/]*/g, "/$1"))],
  ["drops empty segments", (target) => plain(target).replaceAll(/\/{2,}/g, "/")],
]);

function decode(text: string): string {
  const bytes = text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function plain(path: string): string {
  return posix.normalize(decode(path)).replace(/(.)\/$/, "$1");
}

const attacks = [
  ..."..%3F ..%3f ..%23 ..%3Fx .%3F ..%3B ..;x ..%C2%A0 %C2%A0.. ..%E3%80%80 %E2%80%A5 %EF%BC%8E%EF%BC%8E ..%E2%80%8B ..: ..::$DATA ..%3A"
    .split(" ")
    .flatMap((dots) => [`/repos/a/b/${dots}`, `/repos/a/b/${dots}/x`, `/open/x/${dots}/keys`]),
  ..."key%3F key%3Fx key%23 key%23%3F key; key;v=1 key%3B key;x%3By"
    .split(" ")
    .flatMap((name) => [
      `/files/${name}.txt`,
      `/repos/${name}/../x/releases`,
      `/repos/${name}/releases`,
    ]),
  ..."admin%3F admin%23 admin%3Fx admin;x admin%3Bx ad%6Din%3f keys%3F keys%3Fx keys%23 keys;x keys%3B //keys%3F ./keys%23 x%2F..%3F%2Fkeys"
    .split(" ")
    .flatMap((name) => [`/open/${name}`, `/open/x%2F${name}`, `/open/./${name}/y`]),
];

test("whatever a server makes of a path, it's one that the rules allow, or it gets no request [row 8]", async () => {
  const seen: { readonly target: string; readonly authorization: string }[] = [];
  const server = createServer((request, response) => {
    const { authorization = "" } = request.headers;
    seen.push({ target: request.url ?? "", authorization });
    response.end("ok");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const credential = makeCredential({ type: "bearer" });
  const options = {
    rules: rules.map((path) => `GET ${origin}${path}`),
    denials: denials.map((path) => `* ${origin}${path}`),
  };
  await using proxy = await startProxy({
    ...options,
    dialer: plainDialer(port),
    credentials: [credential],
  });
  const send = async (target: string): Promise<string> => {
    const tunnel = await openTunnel(proxy, "api.example.com:443");
    const head = `GET ${target} HTTP/1.1\r\nHost: api.example.com\r\nConnection: close\r\n\r\n`;
    return await talk(tunnel, head, { until: /\r\n\r\n/ });
  };
  for (const target of attacks) await send(target);
  const reached = seen.flatMap(({ target }) =>
    [...servers].flatMap(([name, read]) =>
      isAllowed(read(target)) ? [] : [`${target} at a server that ${name}: ${read(target)}`],
    ),
  );
  expect(reached).toEqual([]);
  // The control: a proxy that decides by the path as it's written lets servers read what no rule allows
  const source = { kind: "flag", label: "--allow" } as const;
  const policy = compilePolicy({
    rules: [
      ...options.rules.map((text) => parseRule(text, { source })),
      ...options.denials.map((text) => parseRule(text, { source, effect: "deny" })),
    ],
    limits: {},
  });
  const place = { scheme: "https", host: "api.example.com", port: 443, method: "GET" } as const;
  const fooled = attacks.filter(
    (path) =>
      decide(policy, { ...place, path, websocket: false }).verdict === "allow" &&
      [...servers.values()].some((read) => !isAllowed(read(path))),
  );
  expect(fooled.length).toBeGreaterThan(attacks.length / 4);
  recordScore({
    row: 8,
    test: "paths at servers that read them otherwise",
    attempts: attacks.length,
    blocked: attacks.length - new Set(reached.map((text) => text.split(" ", 1)[0])).size,
    controlSucceeded: fooled.length,
  });

  // What is meant so goes on as it was written, with the credential
  for (const target of [
    "/repos/a/b/labels/C%23",
    "/repos/a/b/issues/what%3F",
    "/repos/a/b/x;v=1/y",
    "/open/a:b/.config/...",
  ]) {
    expect(await send(target)).toMatch(/^HTTP\/1\.1 200 /);
    expect(seen.at(-1)).toEqual({ target, authorization: `Bearer ${credential.secret}` });
  }
  expect(await send("/files/it;s.txt")).toMatch(/^HTTP\/1\.1 403 /);
  server.closeAllConnections();
  server.close();
});
