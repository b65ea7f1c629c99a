import fc from "fast-check";
import { expect, test } from "vitest";
import { GitProtocolError } from "../../../../src/git/wire/git-protocol-error.ts";
import { flushPkt, type Pkt, toPkt, toSideBand } from "../../../../src/git/wire/pkt-line.ts";
import { PktReader } from "../../../../src/git/wire/pkt-reader.ts";
import {
  createReportMerger,
  type PushRefusal,
  toRefusedReport,
} from "../../../../src/git/wire/push-report.ts";
import { toNext, toPieces } from "../../../support/git-pieces.ts";

const a = "a".repeat(40);
const commands = ["refs/heads/main", "refs/heads/agent/x", "refs/heads/agent/y"].map((ref) => ({
  ref,
  from: a,
  to: "b".repeat(40),
}));
const refusals = new Map([["refs/heads/main", "not allowed"]]);
const lines = ["only agent/* may be pushed", "ask for more"];
const told = "vaultbox: only agent/* may be pushed\nvaultbox: ask for more\n";

function refusal(
  reportStatus: PushRefusal["request"]["reportStatus"],
  sideBand: PushRefusal["request"]["sideBand"],
): PushRefusal {
  return { request: { commands, reportStatus, sideBand }, refusals, lines };
}

async function readPackets(bytes: Buffer): Promise<Pkt[]> {
  const reader = new PktReader(toNext(bytes), { maxBytes: 1 << 24 });
  const pkts: Pkt[] = [];
  for (let pkt = await reader.read(); pkt; pkt = await reader.read()) pkts.push(pkt);
  return pkts;
}

/** What an answer says: the report's lines, the terminal's text. */
async function read(
  answer: Buffer,
  sideBand: number,
): Promise<{ report: string[]; notices: string; error: string }> {
  const bands: Record<number, Buffer[]> = { 1: [], 2: [], 3: [] };
  if (sideBand === 0) bands[1]!.push(answer);
  const packets = sideBand === 0 ? [] : await readPackets(answer);
  for (const [at, pkt] of packets.entries()) {
    if (pkt.type !== "data") {
      expect([pkt.type, at]).toEqual(["flush", packets.length - 1]);
      continue;
    }
    expect(pkt.data.length + 4).toBeLessThanOrEqual(sideBand);
    bands[pkt.data[0]!]!.push(pkt.data.subarray(1));
  }
  const report = await readPackets(Buffer.concat(bands[1]!));
  return {
    report: report.map((pkt) => (pkt.type === "data" ? pkt.data.toString() : pkt.type)),
    notices: Buffer.concat(bands[2]!).toString(),
    error: Buffer.concat(bands[3]!).toString(),
  };
}

test.each([
  ["v1", 65520],
  ["v2", 65520],
  ["v2", 1000],
] as const)(
  "a refused push is reported for every ref, in %s and packets of %i bytes",
  async (version, sideBand) => {
    expect(await read(toRefusedReport(refusal(version, sideBand)), sideBand)).toEqual({
      report: [
        "unpack ok\n",
        "ng refs/heads/main not allowed\n",
        "ng refs/heads/agent/x not done: another ref of this push was refused\n",
        "ng refs/heads/agent/y not done: another ref of this push was refused\n",
        "flush",
      ],
      notices: told,
      error: "",
    });
  },
);

test("without a side band the report comes bare, without a report there is an error", async () => {
  const bare = await read(toRefusedReport(refusal("v1", 0)), 0);
  expect(bare.report).toHaveLength(5);
  expect(await read(toRefusedReport(refusal("none", 65520)), 65520)).toEqual({
    report: [],
    notices: told,
    error: "vaultbox: nothing of this push was done\n",
  });
  expect(toRefusedReport(refusal("none", 0))).toEqual(Buffer.alloc(0));
});

test("reasons and lines are one printable line each, however long", async () => {
  const report = toRefusedReport({
    ...refusal("v1", 65520),
    refusals: new Map([["refs/heads/main", "a\nok refs/heads/main\u001b[2J\u202e"]]),
    lines: ["\u001b[31mred\r\nremote: forged", "x".repeat(100_000)],
  });
  const found = await read(report, 65520);
  expect(found.report[1]).toBe("ng refs/heads/main a\\x0aok refs/heads/main\\x1b[2J\\u{202e}\n");
  expect(found.notices.split("\n")).toHaveLength(3);
  expect(found.notices).toMatch(/^[ -~\n]+$/);
});

const okReport = Buffer.concat([
  toPkt("unpack ok\n"),
  toPkt("ok refs/heads/agent/x\n"),
  toPkt("option old-oid x\n"),
  toPkt("ng refs/heads/agent/y hook declined\n"),
  flushPkt,
]);
const merged = [
  "unpack ok\n",
  "ok refs/heads/agent/x\n",
  "option old-oid x\n",
  "ng refs/heads/agent/y hook declined\n",
  "ng refs/heads/main not allowed\n",
  "flush",
];

function merge(upstream: Buffer, given: PushRefusal, cuts: readonly number[] = []): Buffer {
  const merger = createReportMerger(given);
  const out = toPieces(upstream, cuts).map((piece) => merger.push(piece));
  return Buffer.concat([...out, merger.end()]);
}

test("refused refs are added to an upstream's report, in whatever pieces and packets it comes", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(50), { maxLength: 40 }),
      fc.integer({ min: 6, max: 200 }),
      fc.constantFrom(1000 as const, 65520 as const),
      async (cuts, packet, sideBand) => {
        const upstream = Buffer.concat([
          toSideBand(2, Buffer.from("remote says\n"), 1000),
          toPkt("\u0001"),
          toSideBand(1, okReport, packet),
          flushPkt,
        ]);
        expect(await read(merge(upstream, refusal("v2", sideBand), cuts), sideBand)).toEqual({
          report: merged,
          notices: `remote says\n${told}`,
          error: "",
        });
      },
    ),
    { numRuns: 300 },
  );
});

test("a bare report is completed as well, a client without a report gets an error", async () => {
  expect((await read(merge(okReport, refusal("v1", 0), [3, 30]), 0)).report).toEqual(merged);
  expect(await read(merge(flushPkt, refusal("none", 65520)), 65520)).toEqual({
    report: [],
    notices: told,
    error: "vaultbox: only a part of this push was done\n",
  });
  expect(merge(Buffer.alloc(0), refusal("none", 0))).toEqual(Buffer.alloc(0));
});

test("an upstream's progress passes at once, its report when it's whole", () => {
  const merger = createReportMerger(refusal("v1", 65520));
  const progress = toSideBand(2, Buffer.from("resolving\r"), 1000);
  const alive = toPkt("\u0001");
  expect(merger.push(progress)).toEqual(progress);
  expect(merger.push(alive)).toEqual(alive);
  expect(merger.push(toSideBand(1, okReport.subarray(0, 40), 1000))).toEqual(Buffer.alloc(0));
});

test("an upstream that broke off before its report's end leaves the client without the end too", async () => {
  const cut = Buffer.concat([toSideBand(1, okReport.subarray(0, -4), 1000), flushPkt]);
  const { report, notices } = await read(merge(cut, refusal("v1", 65520)), 65520);
  expect(report).not.toContain("flush");
  expect(notices).toBe(told);
});

test.each<[string, Buffer]>([
  ["a page of HTML", Buffer.from("<html>")],
  ["no side band", okReport],
  ["another band", Buffer.concat([toPkt("\u0004x"), flushPkt])],
  ["an empty packet", toPkt("")],
  ["a delimiter", Buffer.from("0001")],
  ["more behind the end", Buffer.concat([flushPkt, toPkt("\u0001x")])],
  ["half a packet", toPkt("\u0001hello").subarray(0, 7)],
  ["a length that no packet has", Buffer.from("fff5")],
  ["a report of garbage", Buffer.concat([toSideBand(1, Buffer.from("garbage"), 1000), flushPkt])],
  [
    "an endless report",
    Buffer.concat(Array<Buffer>(70).fill(toSideBand(1, toPkt("x".repeat(60_000)), 65520))),
  ],
])("an answer with %s is broken off", (_, upstream) => {
  expect(() => merge(upstream, refusal("v1", 65520))).toThrow(GitProtocolError);
});
