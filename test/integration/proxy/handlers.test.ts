import { expect, test } from "vitest";
import type { RequestDecisionEvent, RequestOutcomeEvent } from "../../../src/audit/audit-event.ts";
import type { AuditEvent } from "../../../src/audit/audit-event.ts";
import type {
  Disposition,
  Handler,
  HandlerMatch,
  OpenHandlers,
  OwnResponse,
} from "../../../src/http/handler.ts";
import { parseAuthority } from "../../../src/http/authority.ts";
import { Refusal } from "../../../src/http/refusal.ts";
import { makeCredential } from "../../support/credential-fixtures.ts";
import {
  plainDialer,
  startProxy,
  startRecordingUpstream,
  talk,
} from "../../support/proxy-fixture.ts";

const host = "code.example.com";

function oneHandler(handle: HandlerMatch["handle"], exclusive = true): OpenHandlers {
  const match = { exclusive, handle };
  return () => [{ match: ({ path }) => (path.startsWith("/handler") ? match : undefined) }];
}

function toHandler(handle: HandlerMatch["handle"]): Handler {
  return { match: () => ({ exclusive: true, handle }) };
}

function decisions(events: readonly AuditEvent[]): readonly RequestDecisionEvent[] {
  return events.filter((event) => event.type === "request.decision");
}

function outcomes(events: readonly AuditEvent[]): readonly RequestOutcomeEvent[] {
  return events.filter((event) => event.type === "request.outcome");
}

function post(path: string, body: string, extra = ""): string {
  return `POST http://${host}${path} HTTP/1.1\r\nHost: ${host}\r\n${extra}Content-Length: ${body.length}\r\n\r\n${body}`;
}

test("a handler answers by itself, and the connection goes on when the body was read", async () => {
  await using upstream = await startRecordingUpstream();
  const handlers = oneHandler(async (request): Promise<Disposition> => {
    const body = await request.readBody(100);
    return { type: "answer", status: 200, headers: [["X-Handler", "yes"]], body };
  });
  await using proxy = await startProxy({
    rules: [`GET http://${host}/open`],
    handlers,
    dialer: plainDialer(upstream.port),
  });
  const socket = await proxy.connect();
  const second = `GET http://${host}/open HTTP/1.1\r\nHost: ${host}\r\n\r\n`;
  const answer = await talk(socket, post("/handler", "hello") + second);
  expect(answer).toContain("X-Handler: yes\r\nContent-Length: 5\r\n\r\nhello");
  expect(answer).toMatch(/ok$/);
  expect(upstream.received()).not.toContain("/handler");
  expect(decisions(proxy.events).map(({ verdict }) => verdict)).toEqual(["allow", "allow"]);
  expect(outcomes(proxy.events).map(({ outcome }) => outcome)).toEqual(["completed", "completed"]);
  socket.destroy();
});

test("a refusal in the form of a success is recorded as a refusal", async () => {
  await using upstream = await startRecordingUpstream();
  const handlers = oneHandler(() =>
    Promise.resolve({
      type: "answer",
      status: 200,
      headers: [],
      body: Buffer.from("no"),
      refusal: "git-not-allowed",
    }),
  );
  await using proxy = await startProxy({ rules: [], handlers, dialer: plainDialer(upstream.port) });
  const answer = await talk(await proxy.connect(), post("/handler", "hello"));
  expect(answer).toContain("Connection: close");
  expect(decisions(proxy.events)).toMatchObject([{ verdict: "deny", reason: "git-not-allowed" }]);
  expect(outcomes(proxy.events)).toMatchObject([{ outcome: "refused", status: 200 }]);
  expect(upstream.connections()).toBe(0);
});

test("a body that a handler put in goes upstream with its own length, and the client's Expect is answered", async () => {
  await using upstream = await startRecordingUpstream();
  const handlers = oneHandler(async (request) => {
    const read = await request.readBody(100);
    const body = Buffer.from(read.toString().toUpperCase() + "!");
    let left: Buffer | undefined = body;
    const next = (): Promise<Buffer | undefined> => {
      const piece = left;
      left = undefined;
      return Promise.resolve(piece);
    };
    return {
      type: "forward",
      repository: undefined,
      body: { length: body.length, next },
      target: "/elsewhere",
    };
  });
  await using proxy = await startProxy({ rules: [], handlers, dialer: plainDialer(upstream.port) });
  const answer = await talk(
    await proxy.connect(),
    post("/handler", "hello", "Expect: 100-continue\r\n"),
  );
  expect(answer).toContain("100 Continue");
  expect(upstream.received()).toContain("POST /elsewhere HTTP/1.1\r\n");
  expect(upstream.received()).toMatch(/Content-Length: 6\r\n\r\nHELLO!$/);
  expect(upstream.received()).not.toContain("Expect");
});

for (const [name, length] of [
  ["shorter", 4],
  ["longer", 8],
] as const) {
  test(`a body that is not as long as a handler said (${name}) never leaves a second request on the connection`, async () => {
    await using upstream = await startRecordingUpstream();
    const handlers = oneHandler(() => {
      let left: Buffer | undefined = Buffer.from("GET / ");
      const next = (): Promise<Buffer | undefined> => {
        const piece = left;
        left = undefined;
        return Promise.resolve(piece);
      };
      return Promise.resolve({ type: "forward", repository: undefined, body: { length, next } });
    });
    await using proxy = await startProxy({
      rules: [],
      handlers,
      dialer: plainDialer(upstream.port),
    });
    const answer = await talk(await proxy.connect(), post("/handler", ""));
    expect(answer).toContain("502");
    expect(upstream.received().endsWith("GET / ")).toBe(length > 6);
  });
}

test("a response is changed piece by piece on its way, or refused before its first byte", async () => {
  await using upstream = await startRecordingUpstream();
  const transform = (isGood: boolean): OpenHandlers =>
    oneHandler(() =>
      Promise.resolve({
        type: "forward",
        repository: undefined,
        response: {
          begin: () => {
            if (!isGood) throw new Refusal(502, "upstream-invalid", "not what was asked for");
            return {
              push: (piece: Buffer) => Buffer.from(piece.toString().toUpperCase()),
              end: () => Buffer.from(" end"),
            };
          },
        },
      }),
    );
  const dialer = plainDialer(upstream.port);
  await using good = await startProxy({ rules: [], handlers: transform(true), dialer });
  const changed = await talk(await good.connect(), post("/handler", "x"));
  expect(changed).toContain("Transfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n4\r\n end\r\n0\r\n\r\n");
  await using bad = await startProxy({ rules: [], handlers: transform(false), dialer });
  expect(await talk(await bad.connect(), post("/handler", "x"))).toContain(
    "not what was asked for",
  );
});

test("a handler that is not exclusive is asked only where host rules do not allow the request", async () => {
  await using upstream = await startRecordingUpstream();
  const handlers = oneHandler(() => {
    throw new Refusal(403, "git-not-allowed", "the handler says no");
  }, false);
  const dialer = plainDialer(upstream.port);
  await using open = await startProxy({ rules: [`* http://${host}`], handlers, dialer });
  expect(await talk(await open.connect(), post("/handler", "x"))).toMatch(/ok$/);
  await using closed = await startProxy({ rules: [], handlers, dialer });
  expect(await talk(await closed.connect(), post("/handler", "x"))).toContain(
    "the handler says no",
  );
});

test("an exclusive handler is asked first, and a handler can leave the request to the host rules with its body", async () => {
  await using upstream = await startRecordingUpstream();
  const handlers = oneHandler(async (request) => {
    let left: Buffer | undefined = await request.readBody(100);
    const { length } = left;
    const next = (): Promise<Buffer | undefined> => {
      const piece = left;
      left = undefined;
      return Promise.resolve(piece);
    };
    return { type: "host-rules", body: { length, next } };
  });
  const dialer = plainDialer(upstream.port);
  await using open = await startProxy({ rules: [`* http://${host}`], handlers, dialer });
  expect(await talk(await open.connect(), post("/handler", "as it was"))).toMatch(/ok$/);
  expect(upstream.received()).toMatch(/as it was$/);
  await using closed = await startProxy({ rules: [], handlers, dialer });
  expect(await talk(await closed.connect(), post("/handler", "x"))).toContain("403");
});

test("a request of the proxy's own is authorised and recorded like every other, and never gets the client's bytes", async () => {
  await using upstream = await startRecordingUpstream();
  const credential = makeCredential({ type: "bearer" }, { host });
  const { secret } = credential;
  const seen: string[] = [];
  const handlers: OpenHandlers = (tools) => [
    toHandler(async () => {
      await using response: OwnResponse = await tools.send({
        authority: parseAuthority(host, "https", 443),
        method: "GET",
        target: "/asked?q=1",
        headers: [["Accept", "text/plain"]],
        repository: "acme/widgets",
        rule: "vaultbox.yaml:3",
        check: "push",
      });
      for (let piece = await response.next(); piece; piece = await response.next()) {
        seen.push(piece.toString());
      }
      return { type: "answer", status: 204, headers: [], body: Buffer.alloc(0) };
    }),
  ];
  await using proxy = await startProxy({
    rules: [],
    handlers,
    dialer: plainDialer(upstream.port),
    credentials: [credential],
  });
  await talk(await proxy.connect(), post("/handler", "client bytes"));
  expect(seen.join("")).toBe("ok");
  expect(upstream.received()).toContain(`Authorization: Bearer ${secret}`);
  expect(upstream.received()).not.toContain("client bytes");
  const own = decisions(proxy.events).find(({ path }) => path === "/asked");
  expect(own).toMatchObject({
    verdict: "allow",
    rule: "vaultbox.yaml:3",
    repository: "acme/widgets",
    check: "push",
  });
  expect(outcomes(proxy.events)).toHaveLength(2);
  expect(JSON.stringify(proxy.events)).not.toContain(secret);
});

test("a request that a handler claims can't switch protocols", async () => {
  await using upstream = await startRecordingUpstream();
  const handlers = oneHandler(() => Promise.resolve({ type: "forward", repository: undefined }));
  await using proxy = await startProxy({ rules: [], handlers, dialer: plainDialer(upstream.port) });
  const answer = await talk(
    await proxy.connect(),
    `GET http://${host}/handler HTTP/1.1\r\nHost: ${host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
  );
  expect(answer).toContain("403");
  expect(answer).toContain("websocket-not-allowed");
  expect(upstream.connections()).toBe(0);
});
