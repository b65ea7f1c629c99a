import { expect, test, vi } from "vitest";
import { parseSignableObject } from "../../../src/git/signing/commit-object.ts";
import type { ByteSource } from "../../../src/http/http1/body-reader.ts";
import { readHead } from "../../../src/http/http1/read-head.ts";
import { SessionLimiter } from "../../../src/proxy/decide/session-limiter.ts";
import { recordScore } from "../../support/scoreboard.ts";

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
  return { next: () => Promise.resolve(pieces[at++]), unread: () => undefined };
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
      const source = toSource(tinyPieces);
      const text = await readHead(source, await source.next(), options);
      expect(text).toHaveLength(head.length - 4);
    },
    () => joinEach(tinyPieces),
  ],
  [
    "requests that a minute forgets",
    () => {
      const limiter = new SessionLimiter({ requestsPerMinute: count });
      let now = 1;
      vi.stubGlobal("performance", { now: () => now });
      for (let request = 0; request < count; request += 1) limiter.admit({ origin: "client" });
      now = 60_002;
      limiter.admit({ origin: "client" });
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
