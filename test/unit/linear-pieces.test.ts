import type { Socket } from "node:net";
import { PassThrough } from "node:stream";
import { expect, onTestFinished, test, vi } from "vitest";
import { parseSignableObject } from "../../src/git/signing/commit-object.ts";
import type { ByteSource } from "../../src/proxy/byte-source.ts";
import { readHead } from "../../src/http/http1/read-head.ts";
import { SessionLimiter } from "../../src/proxy/decide/session-limiter.ts";
import { serveTcpDns } from "../../src/relay/dns-server.ts";
import { recordScore } from "../support/scoreboard.ts";

// What others send in many small pieces must cost as much as the same bytes in one, and not all of it for each piece.

/** Milliseconds of this process: the least of three, since what earlier tests left is collected meanwhile. */
async function measure(work: () => unknown): Promise<number> {
  const taken: number[] = [];
  for (let run = 0; run < 3; run += 1) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    taken.push((user + system) / 1000);
  }
  return Math.min(...taken);
}

function toSource(pieces: readonly Buffer[]): ByteSource {
  let at = 0;
  const source = { next: () => Promise.resolve(pieces[at++]), unread: () => undefined };
  return source as unknown as ByteSource;
}

const head = Buffer.from(`HTTP/1.1 200 OK\r\nX-Long: ${"a".repeat(80_000)}\r\n\r\n`);
const tinyPieces = Array.from(head, (_, at) => head.subarray(at, at + 1));

async function joinEach(pieces: readonly Buffer[]): Promise<void> {
  let all: Buffer = Buffer.alloc(0);
  for (const piece of pieces) all = Buffer.concat([all, piece]);
}

/** Beyond some ten thousand each `shift` moves the whole of the rest. */
const count = 30_000;

function shiftEach(length: number): void {
  const list = Array.from({ length }, (_, index) => ({ index }));
  while (list.length > 0) list.shift();
}

const person = "A <a@example.com> 1700000000 +0000";
const id = "a".repeat(40);
const tags = "mergetag a\n".repeat(count);
const commit = Buffer.from(
  `tree ${id}\nparent ${id}\nauthor ${person}\ncommitter ${person}\n${tags}\nmessage\n`,
);

const cases: readonly (readonly [string, () => unknown, () => unknown])[] = [
  [
    "a head of a response, byte by byte",
    async () => {
      const options = { maxBytes: 256 * 1024, firstLine: /^HTTP\/1\.1 / };
      expect(await readHead(toSource(tinyPieces), options)).toHaveLength(head.length - 4);
    },
    () => joinEach(tinyPieces),
  ],
  [
    "requests that a minute forgets",
    () => {
      const limiter = new SessionLimiter({ requestsPerMinute: count });
      let now = 1;
      vi.stubGlobal("performance", { now: () => now });
      for (let request = 0; request < count; request += 1) limiter.countRequest();
      now = 60_002;
      limiter.countRequest();
      vi.unstubAllGlobals();
    },
    () => shiftEach(count),
  ],
  [
    "headers of a commit to sign",
    () => expect(() => parseSignableObject(commit)).toThrow("its mergetag is not valid"),
    () => shiftEach(count),
  ],
];

test.each(cases)("%s costs no more in pieces", async (name, work, naive) => {
  const [taken, control] = [await measure(work), await measure(naive)];
  expect([name, taken < control / 3]).toEqual([name, true]);
  recordScore({ row: 40, test: `pieces: ${name}`, attempts: 1, blocked: 1, controlSucceeded: 1 });
});

test("a minute without a request forgets them one by one", () => {
  const limiter = new SessionLimiter({ requestsPerMinute: 3 });
  const now = vi.spyOn(performance, "now").mockReturnValue(1);
  onTestFinished(() => now.mockRestore());
  for (const at of [0, 10, 20]) {
    now.mockReturnValue(at);
    limiter.countRequest();
  }
  expect(() => limiter.countRequest()).toThrow("3 requests of this minute");
  for (const at of [60_000, 60_010, 60_020]) {
    now.mockReturnValue(at - 1);
    expect(() => limiter.countRequest()).toThrow("3 requests of this minute");
    now.mockReturnValue(at);
    limiter.countRequest();
  }
});

test("the resolver waits for no question that is longer than one can be", async () => {
  const isClosedAt = async (length: number): Promise<boolean> => {
    const socket = new PassThrough();
    serveTcpDns(
      Object.assign(socket, { setTimeout: () => socket }) as unknown as Socket,
      "127.0.0.1",
    );
    socket.write(Buffer.from([length >> 8, length & 0xff]));
    await new Promise(setImmediate);
    return socket.destroyed;
  };
  expect(await isClosedAt(4096)).toBe(false);
  expect(await isClosedAt(4097)).toBe(true);
});
