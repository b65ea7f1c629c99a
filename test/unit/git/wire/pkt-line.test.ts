import fc from "fast-check";
import { expect, test } from "vitest";
import { GitProtocolError } from "../../../../src/git/wire/git-protocol-error.ts";
import {
  encodePkt,
  flushPkt,
  maxPktData,
  toPkt,
  type Pkt,
} from "../../../../src/git/wire/pkt-line.ts";
import { PktReader } from "../../../../src/git/wire/pkt-reader.ts";
import { drain, toNext, toPieces } from "../../../support/git-pieces.ts";

async function readAll(bytes: Buffer | readonly Buffer[], maxBytes = 1 << 20): Promise<Pkt[]> {
  const reader = new PktReader(toNext(bytes), { maxBytes });
  const pkts: Pkt[] = [];
  for (let pkt = await reader.read(); pkt !== undefined; pkt = await reader.read()) pkts.push(pkt);
  return pkts;
}

const anyPkt: fc.Arbitrary<Pkt> = fc.oneof(
  fc.constantFrom<Pkt>({ type: "flush" }, { type: "delim" }, { type: "response-end" }),
  fc.uint8Array({ maxLength: 200 }).map((data): Pkt => ({ type: "data", data: Buffer.from(data) })),
);

test("packets come out of a stream as they went in, however it is cut into pieces", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyPkt, { maxLength: 20 }),
      fc.array(fc.nat(40), { maxLength: 100 }),
      async (pkts, cuts) => {
        const bytes = Buffer.concat(pkts.map(encodePkt));
        expect(await readAll(toPieces(bytes, cuts))).toEqual(pkts);
      },
    ),
    { numRuns: 500 },
  );
});

test("arbitrary bytes give packets or a protocol error, never another one", async () => {
  const text = fc.string({
    unit: fc.constantFrom(...Array.from("0123456789abcdefFx \n\0")),
    maxLength: 60,
  });
  await fc.assert(
    fc.asyncProperty(text, async (bytes) => {
      await readAll(Buffer.from(bytes)).catch((error: unknown) => {
        if (!(error instanceof GitProtocolError)) throw error;
        expect(error.message).toMatch(/^[ -~]+$/);
      });
    }),
    { numRuns: 2_000 },
  );
});

test.each(["0003", "fff1", "ffff", "00g0", "0x10", " 004", "-001", "+004", "1e1 ", "\u001b[2J"])(
  "the length %j is refused",
  async (length) => {
    await expect(readAll(Buffer.from(`${length}aaaaaaaaaaaaaaaaaa`))).rejects.toThrow(
      GitProtocolError,
    );
  },
);

test("the longest packet is read, and a longer one can't be made", async () => {
  const data = Buffer.alloc(maxPktData, 7);
  expect(await readAll(toPkt(data))).toEqual([{ type: "data", data }]);
  expect(() => toPkt(Buffer.alloc(maxPktData + 1))).toThrow(RangeError);
});

test("upper-case digits count as well", async () => {
  expect(await readAll(Buffer.from("000Aabcdef"))).toEqual([
    { type: "data", data: Buffer.from("abcdef") },
  ]);
});

test.each(["0", "000", "0005", "0009abcd"])(
  "a stream that ends as %j is refused",
  async (bytes) => {
    await expect(readAll(Buffer.from(bytes))).rejects.toThrow("the stream ends inside a packet");
  },
);

test("packets beyond the limit are refused before their data is waited for", async () => {
  const bytes = Buffer.concat([toPkt("abcd"), Buffer.from("ffec")]);
  await expect(readAll(bytes, 100)).rejects.toThrow("longer than 100 bytes");
  await expect(readAll(Buffer.concat(Array(4).fill(flushPkt)), 12)).rejects.toThrow("longer than");
});

test("what is behind the packets is left for another reader, to the byte", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 100 }),
      fc.array(fc.nat(30), { maxLength: 40 }),
      async (tail, cuts) => {
        const bytes = Buffer.concat([toPkt("hello"), flushPkt, Buffer.from(tail)]);
        const reader = new PktReader(toNext(toPieces(bytes, cuts)), { maxBytes: 100 });
        await reader.read();
        await reader.read();
        expect(reader.bytesRead).toBe(13);
        expect(await drain(reader.rest())).toEqual(Buffer.from(tail));
      },
    ),
    { numRuns: 300 },
  );
});
