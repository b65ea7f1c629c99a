import { PassThrough } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { noBody } from "../../../../src/http/body.ts";
import { ClientAborted } from "../../../../src/http/exchange.ts";
import { Refusal } from "../../../../src/http/refusal.ts";
import { Deadlines } from "../../../../src/proxy/deadlines.ts";
import { ReadAhead } from "../../../../src/proxy/read-ahead.ts";
import { Http1Upstream } from "../../../../src/proxy/upstream/http1-upstream.ts";
import type { UpstreamRequest } from "../../../../src/proxy/upstream/upstream.ts";
import { UpstreamPool } from "../../../../src/proxy/upstream/upstream-pool.ts";

const response = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** An upstream that answers each head, with what it was asked on each of its connections. */
function openUpstream(answer: (connection: number) => string = () => response) {
  const asked: string[] = [];
  const dialer = {
    dial: () => {
      const connection = asked.push("") - 1;
      const socket = new PassThrough();
      // What is written is the request, what is pushed the answer
      socket._transform = (chunk: Buffer, _encoding, done) => {
        asked[connection] += chunk.toString("latin1");
        socket.push(answer(connection));
        done();
      };
      return Promise.resolve({ socket: socket as never, address: "192.0.2.1" });
    },
  };
  const pool = new UpstreamPool({ dialer, deadlines: new Deadlines(), readAhead: new ReadAhead() });
  return { asked, pool, upstream: new Http1Upstream(pool) };
}

function toRequest(changed: Partial<UpstreamRequest> = {}): UpstreamRequest {
  return {
    authority: { scheme: "http", host: "a.test", port: 80, kind: "name" },
    credential: "",
    method: "GET",
    target: "/x",
    headers: [],
    body: noBody,
    takesTrailers: false,
    upgrade: undefined,
    record: { bytesUp: 0, address: undefined },
    countUpload: () => undefined,
    client: { isGone: false, onGone: () => undefined },
    patience: { headMs: 1000, silenceMs: 1000 },
    ...changed,
  };
}

async function readAll(upstream: Http1Upstream, request: UpstreamRequest): Promise<string> {
  const answer = await upstream.send(request);
  const { body } = answer;
  let text = "";
  for (let piece = await body.next(); piece !== undefined; piece = await body.next()) {
    text += piece.toString();
  }
  answer.close();
  return text;
}

test("a connection is kept for the next request, and never one of vaultbox's own", async () => {
  const { asked, pool, upstream } = openUpstream();
  expect(await readAll(upstream, toRequest())).toBe("ok");
  expect(await readAll(upstream, toRequest())).toBe("ok");
  expect(asked).toHaveLength(1);
  expect(await readAll(upstream, toRequest({ client: undefined }))).toBe("ok");
  expect(await readAll(upstream, toRequest({ client: undefined }))).toBe("ok");
  expect(asked).toHaveLength(3);
  pool.close();
});

test("an answer that wasn't read to its end takes its connection with it", async () => {
  const { asked, pool, upstream } = openUpstream();
  const answer = await upstream.send(toRequest());
  answer.close();
  await readAll(upstream, toRequest());
  expect(asked).toHaveLength(2);
  pool.close();
});

test("for a client that has gone nothing is sent, not on a kept connection either", async () => {
  const { asked, pool, upstream } = openUpstream();
  await readAll(upstream, toRequest());
  const before = asked.join();
  const onGone = (callback: (() => void) | undefined) => callback?.();
  const request = toRequest({ client: { isGone: true, onGone } });
  await expect(upstream.send(request)).rejects.toThrow(ClientAborted);
  await expect(upstream.send(request)).rejects.toThrow(ClientAborted);
  expect(asked.join()).toBe(before);
  pool.close();
});

test("what isn't HTTP is refused, and its connection closed", async () => {
  const { pool, upstream } = openUpstream(() => "SSH-2.0-x\r\n\r\n");
  const error: unknown = await upstream.send(toRequest()).catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(Refusal);
  expect(error).toMatchObject({ reason: "upstream-invalid" });
  pool.close();
});

test("a client may take its time for an answer that began to come with its head", async () => {
  const { pool, upstream } = openUpstream(() => "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok");
  const dialled = vi.spyOn(pool, "dial");
  const patience = { headMs: 100, silenceMs: 100 };
  const answer = await upstream.send(toRequest({ patience }));
  expect(await answer.body.next()).toEqual(Buffer.from("ok"));
  // Deadlines are looked at each half second
  await sleep(1200);
  const { socket } = await (dialled.mock.results[0]!.value as ReturnType<typeof pool.dial>);
  expect(socket.destroyed).toBe(false);
  answer.close();
  pool.close();
});
