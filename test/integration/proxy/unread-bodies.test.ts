import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { makeCredential } from "../../support/credential-fixtures.ts";
import { plainDialer, startProxy, talk } from "../../support/proxy-fixture.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openTunnel } from "../../support/tls-client.ts";

interface Answer {
  readonly status: string;
  /** Bytes of each body that it reads before it answers, at most */
  readonly reads: number;
}

interface SloppyServer extends AsyncDisposable {
  readonly port: number;
  /** Heads, as it took them */
  readonly heads: string[];
}

/** A server that keeps its connections and takes what it didn't read of a body for the next request. */
async function startSloppyServer({ status, reads }: Answer): Promise<SloppyServer> {
  const heads: string[] = [];
  const serve = (socket: Socket): void => {
    let rest = "";
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes) => {
      rest = (rest + bytes.toString("latin1")).trimStart();
      for (let end = rest.indexOf("\r\n\r\n"); end !== -1; end = rest.indexOf("\r\n\r\n")) {
        const head = rest.slice(0, end);
        const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
        if (rest.length < end + 4 + length) return;
        heads.push(head);
        rest = rest.slice(end + 4 + Math.min(length, reads)).trimStart();
        socket.write(`HTTP/1.1 ${status} X\r\nContent-Length: 2\r\n\r\nok`);
      }
    });
  };
  const server = createServer(serve).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    heads,
    [Symbol.asyncDispose]: async () => {
      server.close();
      await once(server, "close");
    },
  };
}

const smuggled = "DELETE /denied HTTP/1.1\r\nHost: api.example.com\r\nX: ";
const attacks: readonly (readonly [string, Answer, string])[] = [
  ["an answer without a look at the body", { status: "200", reads: 0 }, smuggled],
  [
    "the same, with empty lines before",
    { status: "200", reads: 0 },
    `${"\r\n".repeat(50)}${smuggled}`,
  ],
  ["a method that nobody knows", { status: "201", reads: 0 }, smuggled.replace("DELETE", "x!1")],
  ["a redirect without a look", { status: "307", reads: 0 }, smuggled],
  ["a body that is too large", { status: "413", reads: 1000 }, `${"x".repeat(1000)}${smuggled}`],
  ["a refusal in the middle", { status: "401", reads: 9 }, `{"a":"bc"}${smuggled}`.slice(1)],
];

test.each(attacks)(
  "a body that its server leaves unread is completed by no other request and its credential: %s",
  async (title, answer, body) => {
    await using server = await startSloppyServer(answer);
    const credential = makeCredential({ type: "bearer" });
    await using proxy = await startProxy({
      rules: ["POST https://api.example.com/form", "GET https://api.example.com/ok"],
      dialer: plainDialer(server.port),
      credentials: [credential],
    });
    const post = `POST /form HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const get = "GET /ok HTTP/1.1\r\nHost: api.example.com\r\n\r\n";
    const tunnel = await openTunnel(proxy, "api.example.com:443");
    const answers = await talk(tunnel, post + get, { until: /ok[^]*ok$/ });
    expect(answers.split("\r\n", 1)[0]).toBe(`HTTP/1.1 ${answer.status} X`);
    const other = server.heads.filter((head) => !/^(?:POST \/form|GET \/ok) /.test(head));
    expect([title, other]).toEqual([title, []]);
    expect(server.heads.at(-1)).toMatch(/^GET \/ok .*\r\nHost: .*\r\nAuthorization: Bearer real-/);

    // The control: a proxy that sends both on the connection that was kept
    const naive = connect(server.port, "127.0.0.1");
    const authorised = get.replace("\r\n\r\n", "\r\nAuthorization: real\r\n\r\n");
    await talk(naive, post + authorised, { until: /ok[^]*ok$/ });
    naive.destroy();
    const isControl = /\/denied [^]*Authorization: real$/.test(server.heads.at(-1) ?? "");
    recordScore({
      row: 10,
      test: `bodies that a server leaves unread: ${title}`,
      attempts: 1,
      blocked: 1,
      controlSucceeded: isControl ? 1 : 0,
    });
    expect(isControl).toBe(true);
  },
);

describe("what JSON, forms, files and packs send keeps its connection", () => {
  const bodies = [
    '{"a": 1}',
    "a=b&c=d e",
    "--x\r\n",
    "0014command=ls-refs\n",
    "PACK\0\0 \0",
    " [1, 2]",
  ];

  test.each(bodies)("%j", async (body) => {
    await using server = await startSloppyServer({ status: "200", reads: 1000 });
    const dialer = plainDialer(server.port);
    await using proxy = await startProxy({ rules: ["* http://a.example"], dialer });
    const post = `POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    await talk(await proxy.connect(), post + post, { until: /ok[^]*ok$/ });
    expect([body, server.heads.length, dialer.dialled.length]).toEqual([body, 2, 1]);
  });
});
