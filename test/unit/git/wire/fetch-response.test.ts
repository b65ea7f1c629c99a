import fc from "fast-check";
import { expect, test } from "vitest";
import { type FetchResponse, readFetchResponse } from "../../../../src/git/wire/fetch-response.ts";
import { GitProtocolError } from "../../../../src/git/wire/git-protocol-error.ts";
import { delimPkt, flushPkt, toPkt, toSideBand } from "../../../../src/git/wire/pkt-line.ts";
import { drain, toNext, toPieces } from "../../../support/git-pieces.ts";

const a = "a".repeat(40);
const b = "b".repeat(40);

/** Lines as packets; `|` is a delimiter, `-` a flush. */
function packets(...lines: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    lines.map((line) => {
      if (typeof line !== "string") return line;
      if (line === "|") return delimPkt;
      return line === "-" ? flushPkt : toPkt(line);
    }),
  );
}

function read(bytes: Buffer, version: 0 | 2, cuts: readonly number[] = []): Promise<FetchResponse> {
  return readFetchResponse(toNext(toPieces(bytes, cuts)), { version });
}

async function readPack(bytes: Buffer, version: 0 | 2): Promise<string> {
  return (await drain((await read(bytes, version)).next)).toString();
}

const bands = Buffer.concat([
  toSideBand(2, Buffer.from("counting\r"), 1000),
  toPkt("\u0001"),
  toSideBand(1, Buffer.from("PACK and more"), 10),
  toSideBand(2, Buffer.from("done\n"), 1000),
]);

const answers: readonly [string, 0 | 2, Buffer][] = [
  ["a plain one", 2, packets("packfile\n", bands, "-")],
  [
    "one of all sections",
    2,
    packets(
      packets("acknowledgments\n", `ACK ${a}\n`, "ready\n", "|"),
      packets("shallow-info\n", `shallow ${a}\n`, `unshallow ${b}\n`, "|"),
      packets("packfile\n", bands, "-"),
    ),
  ],
  ["a plain one", 0, packets("NAK\n", bands, "-")],
  ["one with a depth", 0, packets(`shallow ${a}\n`, "-", `ACK ${b}\n`, bands, "-")],
  ["one with a depth that cuts nothing", 0, packets("-", "NAK\n", bands, "-")],
];

test.each(answers)(
  "the pack of %s in version %i comes out in any pieces",
  async (_, version, bytes) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(30), { maxLength: 40 }), async (cuts) => {
        const { next } = await read(bytes, version, cuts);
        expect((await drain(next)).toString()).toBe("PACK and more");
      }),
      { numRuns: 100 },
    );
  },
);

test("the commits where a history is cut off are told", async () => {
  expect((await read(answers[1]![2], 2)).shallow).toEqual([a]);
  expect((await read(answers[3]![2], 0)).shallow).toEqual([a]);
});

test.each<[string, 0 | 2, Buffer, string]>([
  ["an error line", 2, packets("ERR no \u001b[2J\n"), "the server says: no \\x1b[2J"],
  ["an error line", 0, packets("ERR not our ref"), "the server says: not our ref"],
  [
    "an error on the side band",
    2,
    packets("packfile\n", bands, toSideBand(3, Buffer.from("out of\nmemory"), 1000)),
    "the server says: out of\\x0amemory",
  ],
  ["no pack", 2, packets("acknowledgments\n", "NAK\n", "-"), "sends no pack"],
  ["nothing", 2, Buffer.alloc(0), "ends before its pack"],
  ["no pack", 0, packets("NAK\n", "-", "-"), "sends no pack"],
  ["addresses of packs elsewhere", 2, packets("packfile-uris\n", "x\n"), '"packfile-uris"'],
  ["a delimiter first", 2, packets("|"), "sends no pack"],
  ["another line", 0, packets("hello\n"), '"hello"'],
  ["a pack without a side band", 0, packets("NAK\n", Buffer.from("PACK")), "four hex digits"],
  ["an unknown band", 2, packets("packfile\n", "\u0007x"), "isn't on a side band"],
  ["no end", 2, packets("packfile\n", bands), "breaks off"],
  ["a delimiter in the pack", 2, packets("packfile\n", bands, "|"), "breaks off"],
  ["acknowledgements without end", 0, packets(...Array<string>(100_001).fill("NAK\n")), "too much"],
])("an answer with %s in version %i is an error", async (_, version, bytes, reason) => {
  const pack = readPack(bytes, version);
  await expect(pack).rejects.toThrow(GitProtocolError);
  await expect(pack).rejects.toThrow(reason);
});

test("an answer beyond the limit breaks off", async () => {
  const { next } = await readFetchResponse(toNext(packets("packfile\n", bands, "-")), {
    version: 2,
    maxBytes: 60,
  });
  await expect(drain(next)).rejects.toThrow("longer than 60 bytes");
});
