// Forms of HTTP that are legal and that ordinary clients and servers speak: what the origin receives, and the client gets.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import {
  plainDialer,
  startProxy,
  startRecordingUpstream,
  talk,
} from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";

const rules = ["* http://allowed.example"];
const line = "http://allowed.example/search HTTP/1.1\r\nHost: allowed.example\r\n";
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** What the origin received of one request, and what came back. */
async function ask(
  bytes: string,
  answer = ok,
): Promise<{ readonly received: string; readonly got: string }> {
  await using upstream = await startRecordingUpstream((socket, received) => {
    if (/\r\n\r\n/.test(received)) socket.write(answer, "latin1");
  });
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const got = await talk(await proxy.connect(), bytes);
  return { received: upstream.received(), got };
}

const to = (target: string) => `GET ${target} HTTP/1.1\r\nHost: allowed.example\r\n\r\n`;

test.each([
  [
    "a search with its query in the body",
    `GET ${line}Content-Length: 2\r\n\r\n{}`,
    "GET /search HTTP/1.1\r\nHost: allowed.example\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
  ],
  [
    "the same in chunks",
    `GET ${line}Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
    "GET /search HTTP/1.1\r\nHost: allowed.example\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
  ],
  [
    "a deletion with a body",
    `DELETE ${line}Content-Length: 2\r\n\r\n{}`,
    "DELETE /search HTTP/1.1\r\nHost: allowed.example\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}",
  ],
  [
    "a GET whose chunks hold nothing",
    `GET ${line}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    "GET /search HTTP/1.1\r\nHost: allowed.example\r\n\r\n",
  ],
  [
    "an offer of h2c, as curl --http2 and Java make it",
    `GET ${line}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n`,
    "GET /search HTTP/1.1\r\nHost: allowed.example\r\n\r\n",
  ],
  [
    "an offer of TLS on a POST",
    `POST ${line}Connection: upgrade\r\nUpgrade: TLS/1.2, HTTP/2.0\r\nContent-Length: 1\r\n\r\nx`,
    "POST /search HTTP/1.1\r\nHost: allowed.example\r\nContent-Length: 1\r\n\r\nx",
  ],
  [
    "UTF-8 in a query",
    to("/?q=\xc3\xbc"),
    "GET /?q=%C3%BC HTTP/1.1\r\nHost: allowed.example\r\n\r\n",
  ],
  ["Latin-1 in a query", to("/?q=\xfc"), "GET /?q=%FC HTTP/1.1\r\nHost: allowed.example\r\n\r\n"],
  [
    "UTF-8 in a path",
    to("/Z\xc3\xbcrich"),
    "GET /Z%C3%BCrich HTTP/1.1\r\nHost: allowed.example\r\n\r\n",
  ],
  ["Latin-1 in a path", to("/caf%e9"), "GET /caf%e9 HTTP/1.1\r\nHost: allowed.example\r\n\r\n"],
  ["an escaped slash", to("/a%2fb"), "GET /a%2fb HTTP/1.1\r\nHost: allowed.example\r\n\r\n"],
  [
    "a dot as apt writes it",
    to("/debian/./Release"),
    "GET /debian/./Release HTTP/1.1\r\nHost: allowed.example\r\n\r\n",
  ],
  ["two slashes", to("/v1//models"), "GET /v1//models HTTP/1.1\r\nHost: allowed.example\r\n\r\n"],
  [
    "escapes in any case",
    to("/%7euser/%C3%bc"),
    "GET /%7euser/%C3%bc HTTP/1.1\r\nHost: allowed.example\r\n\r\n",
  ],
])("%s arrives", async (_, bytes, expected) => {
  const { received, got } = await ask(bytes);
  expect(received).toBe(expected);
  expect(got).toBe(ok);
});

test("a refusal says in which reading a path isn't allowed", async () => {
  await using upstream = await startRecordingUpstream();
  const dialer = plainDialer(upstream.port);
  const denials = ["http://allowed.example/pub/admin/**"];
  const own = ["GET http://allowed.example/pub/*"];
  await using proxy = await startProxy({ rules: own, denials, dialer });
  const refusal = async (target: string) => {
    const [, body = ""] = (await talk(await proxy.connect(), to(target))).split("\r\n\r\n");
    return Buffer.from(body, "latin1").toString("utf8");
  };
  expect(await refusal("/pub/a%2Fb")).toMatchInlineSnapshot(`
    "vaultbox: refused GET http://allowed.example/pub/a%2Fb (servers may read it as /pub/a/b): the path is not allowed on this host
    to allow it, the user can run on the host: vaultbox run --allow 'GET http://allowed.example/**' …
    "
  `);
  expect(await refusal("/pub//admin/x")).toMatchInlineSnapshot(`
    "vaultbox: refused GET http://allowed.example/pub//admin/x: a rule denies it
    "
  `);
  expect(await refusal("/pub/a%252Fb")).toMatchInlineSnapshot(`
    "vaultbox: the request target "/pub/a%252Fb" is not valid: an escape is escaped again (such as \`%252e\`)
    "
  `);
  expect(dialer.dialled).toEqual([]);
});

test("empty lines between requests, and before the first, are skipped", async () => {
  const one = "GET /1 HTTP/1.1\r\nHost: allowed.example\r\n\r\n";
  const two = "POST /2 HTTP/1.1\r\nHost: allowed.example\r\nContent-Length: 1\r\n\r\nx";
  await using upstream = await startRecordingUpstream();
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const socket = await proxy.connect();
  for (const bytes of [`\r\n${one}`, `\r\n\r\n${two}\r\n`, one, "\r", `\n${one}`]) {
    if (bytes.length === 1) socket.write(bytes);
    else expect(await talk(socket, bytes, { quietMs: 100 })).toBe(ok);
  }
  expect(upstream.received()).toBe(one + two + one + one);
  // An empty line and then nothing is no broken request
  expect(await talk(socket, "\r\n", { quietMs: 100, silent: true })).toBe("");
  expect(proxy.events.filter(({ type }) => type === "request.decision")).toHaveLength(4);
});

test.each([
  ["an extension", "2;name=value\r\nok\r\n0\r\n\r\n"],
  ["a quoted extension", '2 ; a="x;y" ;b\r\nok\r\n0;last\r\n\r\n'],
  ["blanks behind the size", "2  \t\r\nok\r\n0   \r\n\r\n"],
  ["zeros before the size", "0000000000000002\r\nok\r\n000\r\n\r\n"],
  ["a long extension", `2;${"x".repeat(4000)}\r\nok\r\n0\r\n\r\n`],
])("an answer with %s in its chunk lines reaches the client", async (_, chunks) => {
  const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  expect((await ask(to("/"), head + chunks)).got).toBe(`${head}2\r\nok\r\n0\r\n\r\n`);
});

test.each([
  ["a broken size", "2x\r\nok\r\n0\r\n\r\n"],
  ["a size behind a blank", " 2\r\nok\r\n0\r\n\r\n"],
  ["a bare line feed", "2;a\nok\r\n0\r\n\r\n"],
  ["a carriage return in an extension", "2;a\rb\r\nok\r\n0\r\n\r\n"],
  ["an extension without an end", `2;${"x".repeat(5000)}\r\nok\r\n0\r\n\r\n`],
  ["a size beyond counting", "ffffffffffffffff\r\nok\r\n0\r\n\r\n"],
])("an answer with %s breaks off", async (_, chunks) => {
  const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const { got } = await ask(to("/"), head + chunks);
  expect(got).not.toContain("0\r\n\r\n");
  expect(got).not.toContain("ok");
});

test.each([
  ["HTTP/1.1 404 No such widget", "HTTP/1.1 404 No such widget"],
  ["HTTP/1.1 200 ", "HTTP/1.1 200 OK"],
  ["HTTP/1.1 299", "HTTP/1.1 299 Status"],
  ["HTTP/1.1 200 \x1b]0;title\x07", "HTTP/1.1 200 OK"],
  ["HTTP/1.1 200 caf\xe9", "HTTP/1.1 200 OK"],
  [`HTTP/1.1 200 ${"x".repeat(201)}`, "HTTP/1.1 200 OK"],
])("the status line %j reaches the client as %j", async (sent, expected) => {
  const { got } = await ask(to("/"), `${sent}\r\nContent-Length: 0\r\n\r\n`);
  expect(got.split("\r\n")[0]).toBe(expected);
});

test("a cookie that the server set comes back to it, and no other one", async () => {
  const answer = "HTTP/1.1 200 OK\r\nSet-Cookie: sid=1; Path=/\r\nContent-Length: 0\r\n\r\n";
  await using upstream = await startRecordingUpstream((socket) => socket.write(answer));
  await using proxy = await startProxy({ rules, dialer: plainDialer(upstream.port) });
  const get = async (cookie: string) =>
    talk(
      await proxy.connect(),
      `GET /${cookie} HTTP/1.1\r\nHost: allowed.example\r\nCookie: ${cookie}\r\n\r\n`,
    );
  const early = await get("sid=1");
  expect(early).toContain(
    'header "Cookie" holds a credential of the client\'s own (this server did not set it in this session), and the rule for "allowed.example" lets none pass',
  );
  expect(await talk(await proxy.connect(), to("/login"))).toBe(answer);
  expect(await get("sid=1")).toBe(answer);
  expect(await get("_ga=2;sid=1")).toBe(answer);
  expect(await get("sid=attacker")).toMatch(/^HTTP\/1\.1 403 /);
  expect(upstream.received().match(/Cookie: .*/g)).toEqual(["Cookie: sid=1", "Cookie: sid=1"]);
  expect(proxy.events.filter(({ type }) => type === "request.decision")).toMatchObject([
    { verdict: "deny", reason: "foreign-credential" },
    { verdict: "allow" },
    { verdict: "allow" },
    { verdict: "allow", flags: ["cookie-removed"] },
    { verdict: "deny", reason: "foreign-credential" },
  ]);
});

test("a CONNECT may say that it has no body, and must have none", async () => {
  await using upstream = await startRecordingUpstream();
  const dialer = plainDialer(upstream.port);
  await using proxy = await startProxy({ rules: ["https://allowed.example"], dialer });
  const head = "CONNECT allowed.example:443 HTTP/1.1\r\nHost: allowed.example:443\r\n";
  const answers = [
    "Content-Length: 0\r\n\r\n",
    "Content-Length: 1\r\n\r\nx",
    "Content-Length: 1\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\n",
  ].map(async (rest) => (await talk(await proxy.connect(), head + rest)).split("\r\n")[0]);
  expect(await Promise.all(answers)).toEqual([
    "HTTP/1.1 200 Connection Established",
    "HTTP/1.1 400 Bad Request (vaultbox: request-invalid)",
    "HTTP/1.1 400 Bad Request (vaultbox: request-invalid)",
    "HTTP/1.1 400 Bad Request (vaultbox: request-invalid)",
  ]);
  expect(dialer.dialled).toEqual([]);
});

const smuggled = "GET /smuggled HTTP/1.1\r\nHost: allowed.example\r\n\r\n";
const framings = {
  length: `Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
  chunks: `Transfer-Encoding: chunked\r\n\r\n${smuggled.length.toString(16)}\r\n${smuggled}\r\n0\r\n\r\n`,
};

describe.each(["GET", "DELETE", "OPTIONS"])("the body of a %s", (method) => {
  test.each(Object.entries(framings))(
    "with %s is no request for a server that doesn't read it",
    async (framing, rest) => {
      const bytes = `${method} / HTTP/1.1\r\nHost: allowed.example\r\n${rest}`;
      await using guarded = await startSkippingServer();
      await using proxy = await startProxy({ rules, dialer: plainDialer(guarded.port) });
      expect(await talk(await proxy.connect(), bytes)).toBe(ok);
      expect(guarded.targets).not.toContain("/smuggled");
      await using open = await startSkippingServer();
      await talk(connect(open.port, "127.0.0.1"), bytes);
      expect(open.targets).toContain("/smuggled");
      const test = `bodies that a server skips: ${method} with ${framing}`;
      recordScore({ row: 9, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
    },
  );
});

/** It reads heads only, whatever they announce, until one says that it's the last (RFC 9112, section 9.6). */
async function startSkippingServer(): Promise<
  AsyncDisposable & { readonly port: number; readonly targets: readonly string[] }
> {
  const targets: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    let text = "";
    sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      for (let end = text.indexOf("\r\n\r\n"); end !== -1; end = text.indexOf("\r\n\r\n")) {
        const head = text.slice(0, end);
        text = text.slice(end + 4);
        targets.push(/(?:GET|DELETE|OPTIONS) (\S+) HTTP/.exec(head)?.[1] ?? head);
        socket.write(ok);
        if (!/\r\nConnection: close/i.test(head)) continue;
        text = "";
        socket.removeAllListeners("data").resume().end();
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    targets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
