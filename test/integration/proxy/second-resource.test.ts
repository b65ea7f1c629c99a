import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sendCall, sendPast, type ApiCall } from "../../support/api-call.ts";
import { makeCredential, provide } from "../../support/credential-fixtures.ts";
import { startDavServer } from "./dav-server.ts";
import { overrideHeaders, startFoldingServer, type Deed } from "./folding-server.ts";
import { plainDialer, startProxy, type ProxyFixture } from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";

const host = "api.example.com";
const davHost = "dav.example.com";
const base = `https://${host}/v1/account/open`;

function spellings(name: string): readonly string[] {
  const all = [
    name,
    name.toLowerCase(),
    name.toUpperCase(),
    name.replaceAll("-", "_"),
    name.replaceAll("-", "."),
    name.replace("-", "_"),
  ];
  return [...new Set(all)];
}

/** What a header names when it leaves the rule's path, in the ways that servers read. */
const outside = [
  "/v1/account/closed/secret",
  `https://${host}/v1/account/closed/secret`,
  "closed/secret",
  "/closed/secret",
  "/v1/account/open/../closed/secret",
  "/v1/account/open/%2e%2e/closed/secret",
  "/v1/account/open/..%2fclosed%2fsecret",
  "https://other.example.com/v1/account/open/secret",
  "//other.example.com/v1/account/open/secret",
  "secret",
];

const leaving: readonly ApiCall[] = [
  ...overrideHeaders.second.flatMap((name) =>
    spellings(name).flatMap((spelling) =>
      outside.flatMap((value) =>
        ["COPY", "PUT"].map((method) => call(method, { [spelling]: value })),
      ),
    ),
  ),
  ...overrideHeaders.path.flatMap((name) =>
    spellings(name).map((spelling) => call("GET", { [spelling]: "/v1/account/closed/secret" })),
  ),
  ...overrideHeaders.method.flatMap((name) =>
    spellings(name).flatMap((spelling) => [
      call("POST", { [spelling]: "DELETE" }),
      call("GET", { [spelling]: "delete" }),
    ]),
  ),
  ...overrideHeaders.host.flatMap((name) =>
    spellings(name).map((spelling) => call("GET", { [spelling]: "other.example.com" })),
  ),
  call("GET", { Forwarded: "for=203.0.113.7;host=other.example.com" }),
  call("GET", { Forwarded: 'proto=https;HOST="other.example.com"' }),
  ...["delete", "Delete", "dELETE", "deletE"].map((method) => call(method, {})),
  ...[
    "_method=DELETE",
    "%5fmethod=delete",
    "X-HTTP-Method-Override=DELETE",
    "a=b&_method=DELETE",
  ].map((query) => ({ title: query, line: `POST ${base}/mine?${query}` })),
  // With a credential of that path alone, what it is used for must be there too
  call("COPY", { Destination: "/v1/account/closed/x", Overwrite: "F" }),
  call("MOVE", { Destination: `https://${host}/v1/account/closed/x` }),
  call("PUT", { "X-Amz-Copy-Source": "/v1/account/closed/secret?versionId=1" }),
  call("PUT", { If: `<https://${host}/v1/account/closed/secret> (["etag"])` }),
];

function call(method: string, headers: Readonly<Record<string, string>>): ApiCall {
  return { title: `${method} ${JSON.stringify(headers)}`, line: `${method} ${base}/mine`, headers };
}

function isOutside(deed: Deed): boolean {
  const isOwn = deed.path.startsWith("/v1/account/open/") && deed.host === host;
  return !isOwn || deed.method === "DELETE" || deed.second !== undefined;
}

/** A credential for the path that the rule is for. */
function openProxy(port: number, rule: string): Promise<ProxyFixture> {
  return startProxy({
    rules: [rule],
    denials: [`DELETE ${base}/**`],
    dialer: plainDialer(port),
    credentials: [makeCredential({ type: "bearer" }, { host, pathPrefix: "/v1/account/open" })],
  });
}

describe("no header, parameter or spelling makes a server do what the rules didn't decide", () => {
  const place = openShared(async (stack) => {
    const server = stack.use(await startFoldingServer());
    return { server, proxy: stack.use(await openProxy(server.port, `* ${base}/**`)) };
  });

  test.each(leaving)("$title", async (one) => {
    const { server, proxy } = place();
    const before = server.deeds.length;
    expect((await sendCall(proxy, one)).refusal).toBeDefined();
    expect(server.deeds.slice(before).filter(isOutside)).toEqual([]);
    // The same bytes to the same server, as a proxy that goes by the request line would pass them on
    await sendPast(server.port, one);
    expect(server.deeds.slice(before).filter(isOutside)).not.toEqual([]);
    const test = `second resources and overrides: ${one.title}`;
    recordScore({ row: 51, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
  });
});

test("a rule for the whole host doesn't take the credential out of its path", async () => {
  await using server = await startFoldingServer();
  await using proxy = await openProxy(server.port, `* https://${host}`);
  const calls = [
    call("PUT", { "X-Amz-Copy-Source": "/v1/account/open/other" }),
    call("PUT", { "X-Amz-Copy-Source": "/closed/secret" }),
    call("PUT", { Destination: `https://${host}/closed/secret` }),
  ];
  for (const one of calls) await sendCall(proxy, one);
  expect(server.deeds.map(({ authorised }) => authorised)).toEqual([true, false, false]);
  for (const one of calls) {
    await sendPast(server.port, { ...one, headers: { ...one.headers, Authorization: "Bearer x" } });
  }
  expect(server.deeds.slice(3).every(({ authorised }) => authorised)).toBe(true);
});

describe("what repeats the request, or stays where the rule is, goes on with the credential", () => {
  const place = openShared(async (stack) => {
    const server = stack.use(await startFoldingServer());
    return { server, proxy: stack.use(await openProxy(server.port, `* ${base}/**`)) };
  });

  test.each([
    call("GET", { "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Host": host }),
    call("GET", { "X-Forwarded-Proto": "https", "X-Forwarded-Port": "443" }),
    call("GET", { Forwarded: `for=203.0.113.7;proto=https;host="${host}:443"` }),
    call("GET", { If: "(<urn:uuid:181d4fae>)", "Access-Control-Request-Method": "PUT" }),
    call("PUT", { If: `<${base}/other> (["etag"])`, "X-Amz-Copy-Source-If-Match": "x" }),
    call("PUT", { "X-Copy-From": "open/other" }),
    call("PUT", { "X-Ms-Copy-Source": `${base}/other` }),
    call("PATCH", {}),
    { title: "a method as a parameter", line: `GET ${base}/mine?method=flickr.photos.search` },
  ])("$title", async (one) => {
    expect((await sendCall(place().proxy, one)).status).toBe(200);
    expect(place().server.deeds.at(-1)).toMatchObject({ authorised: true });
  });
});

test("the audit says what a request did, or would have done, to another path", async () => {
  await using server = await startFoldingServer();
  await using proxy = await openProxy(server.port, `* ${base}/**`);
  await sendCall(proxy, call("COPY", { Destination: `${base}/b` }));
  await sendCall(proxy, call("COPY", { Destination: `https://${host}/closed` }));
  await sendCall(proxy, call("MOVE", {}));
  const decisions = proxy.events.filter((event) => event.type === "request.decision");
  expect(decisions.map(({ verdict, others }) => ({ verdict, others }))).toEqual([
    { verdict: "deny", others: [{ method: "DELETE", path: "/v1/account/open/b" }] },
    { verdict: "deny", others: [{ method: "PUT", path: "/closed" }] },
    { verdict: "deny", others: [{ method: "DELETE", path: "/v1/account/open/mine" }] },
  ]);
  await using free = await startProxy({
    rules: [`* ${base}/**`],
    dialer: plainDialer(server.port),
  });
  await sendCall(free, call("COPY", { Destination: `${base}/b` }));
  expect(free.events[0]).toMatchObject({
    verdict: "allow",
    others: [{ method: "PUT", path: "/v1/account/open/b" }],
  });
});

describe("apache copies and moves within the rule's path and out of it for nobody", () => {
  const password = "token-of-the-vault";
  const basic = Buffer.from(`dav:${password}`).toString("base64");
  const place = openShared(async (stack) => {
    const server = stack.use(await startDavServer(davHost, password));
    const credential = makeCredential(
      { type: "basic", username: "dav" },
      { host: davHost, pathPrefix: "/open" },
    );
    const proxy = stack.use(
      await startProxy({
        rules: [`* https://${davHost}/open/**`],
        dialer: plainDialer(server.port),
        credentials: [{ ...credential, provider: provide(password) }],
      }),
    );
    return { server, proxy, taken: join(server.folder, "closed/taken") };
  });
  let succeeded = 0;

  function toCall(method: string, destination: string): ApiCall {
    return {
      title: `${method} ${destination}`,
      line: `${method} https://${davHost}/open/mine`,
      headers: { Destination: destination },
    };
  }

  test("within", async () => {
    const { server, proxy } = place();
    const copy = toCall("COPY", `https://${davHost}/open/copy`);
    expect((await sendCall(proxy, copy)).status).toBe(201);
    expect(await readFile(join(server.folder, "open/copy"), "utf8")).toBe("mine");
  });

  test.each(
    ["COPY", "MOVE"].flatMap((method) =>
      [
        "/closed/taken",
        `https://${davHost}/closed/taken`,
        `https://${davHost}:443/closed/taken`,
        `HTTPS://${davHost.toUpperCase()}/closed/taken`,
        "/open/../closed/taken",
        "/open/%2e%2e/closed/taken",
        "/%63losed/taken",
      ].map((destination) => toCall(method, destination)),
    ),
  )("out of it: $title", async (one) => {
    const { server, proxy, taken } = place();
    await writeFile(join(server.folder, "open/mine"), "mine");
    await rm(taken, { force: true });
    expect((await sendCall(proxy, one)).refusal).toBeDefined();
    expect(existsSync(taken)).toBe(false);
    const headers = { ...one.headers, Authorization: `Basic ${basic}` };
    await sendPast(server.port, { ...one, headers });
    const controlSucceeded = existsSync(taken) ? 1 : 0;
    succeeded += controlSucceeded;
    const test = `COPY and MOVE of apache's mod_dav: ${one.title}`;
    recordScore({ row: 51, test, attempts: 1, blocked: 1, controlSucceeded });
  });

  test("but past the proxy, where the server takes the destination (control)", () => {
    // It refuses those that name https itself: it was started without
    expect(succeeded).toBe(6);
  });
});
