import { once } from "node:events";
import { createServer, connect, type AddressInfo, type Socket } from "node:net";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import type { Body } from "../../../../src/http/body.ts";
import { readBody } from "../../../../src/http/http1/body-reader.ts";
import { readHead } from "../../../../src/http/http1/read-head.ts";
import { parseRequestHead } from "../../../../src/http/http1/request-head.ts";
import {
  parseResponseHead,
  responseFraming,
  statusLine,
} from "../../../../src/http/http1/response-head.ts";
import { ByteSource } from "../../../../src/proxy/byte-source.ts";
import { Http1Exchange } from "../../../../src/proxy/client/http1-exchange.ts";
import { Deadlines } from "../../../../src/proxy/deadlines.ts";
import { ReadAhead } from "../../../../src/proxy/read-ahead.ts";

function toBody(pieces: readonly Buffer[], isSized: boolean): Body {
  let at = 0;
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return {
    length: isSized ? length : "unknown",
    isReady: pieces.length % 2 === 0,
    next: () => Promise.resolve(pieces[at++]),
  };
}

const deadlines = new Deadlines();

async function openPair(): Promise<{ readonly ours: Socket; readonly theirs: Socket }> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const theirs = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [ours] = (await once(server, "connection")) as [Socket];
  server.close();
  onTestFinished(() => void [ours.destroy(), theirs.destroy()]);
  return { ours, theirs };
}

test("an answer of the model comes out of HTTP/1 as it went in, one behind the other on a kept connection", async () => {
  const { ours, theirs } = await openPair();
  const source = new ByteSource(ours, new ReadAhead());
  const deadline = deadlines.add(() => undefined);
  const client = { socket: ours, source, deadline, waiting: () => {}, busy: () => {} };
  const answers = new ByteSource(theirs, new ReadAhead());
  const bytes = fc.uint8Array({ minLength: 1, maxLength: 300 }).map((one) => Buffer.from(one));
  await fc.assert(
    fc.asyncProperty(fc.array(bytes, { maxLength: 5 }), fc.boolean(), async (pieces, isSized) => {
      const request = parseRequestHead("GET / HTTP/1.1\r\nHost: a.test");
      const exchange = new Http1Exchange(client, request);
      const counts = { bytesDown: 0 };
      const head = { status: 200, headers: [["X-A", "1"]] } as const;
      await exchange.respond(head, toBody(pieces, isSized), counts);
      expect(exchange.keeps).toBe(true);
      const text = await readHead(answers, await answers.next(), {
        maxBytes: 65_536,
        firstLine: statusLine,
      });
      const got = parseResponseHead(text ?? "");
      expect(got).toMatchObject({ status: 200, keepAlive: true });
      const reader = readBody(answers, responseFraming("GET", got), "upstream");
      const read: Buffer[] = [];
      for (let one = await reader.next(); one !== undefined; one = await reader.next()) {
        read.push(one);
      }
      const whole = Buffer.concat(pieces);
      expect(Buffer.concat(read).equals(whole)).toBe(true);
      expect(counts.bytesDown).toBe(whole.length);
    }),
    { numRuns: 200 },
  );
  deadlines.delete(deadline);
});
