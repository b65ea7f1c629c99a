import { expect, test } from "vitest";
import { toTable } from "../../bench/report.ts";
import type { Sample } from "../../bench/run-rounds.ts";

const ka1 = (target: string, round: number, p50Ms: number, peakMegabytes?: number): Sample => {
  const peak = peakMegabytes === undefined ? {} : { peakMegabytes };
  return { target, round, row: "ka1", p50Ms, ...peak };
};

/** A machine that is ten times as slow in the second round, for all alike. */
const samples: readonly Sample[] = [
  ka1("own", 0, 0.2, 90),
  ka1("own", 1, 2, 120),
  ka1("own", 2, 0.2, 100),
  ka1("peer", 0, 0.4, 50),
  ka1("peer", 1, 4, 50),
  ka1("peer", 2, 0.4, 50),
  { target: "broken", round: 0, row: "ka1", error: "reset" },
];

test("a ratio is that of one round, so that what the machine did meanwhile is in both", () => {
  const lines = toTable(samples, [
    { target: "own" },
    { target: "own", over: "peer", heading: "×" },
  ]);
  expect(lines).toContain("| ka1 p50 ms | 0.200 | 0.50 |");
  expect(lines).toContain("| peak RSS MB | 120 | 2.40 |");
});

test("a line has the median over rounds, and what wasn't measured has none", () => {
  const lines = toTable(samples, [{ target: "own" }, { target: "broken" }, { target: "absent" }]);
  expect(lines[0]).toBe("|  | own | broken | absent |");
  expect(lines).toContain("| ka1 p50 ms | 0.200 | failed | – |");
  expect(lines.join("\n")).not.toContain("ka32");
});

test("a figure for which a round failed at first is marked", () => {
  const failed = { ...ka1("own", 0, 0.2), error: "reset" };
  expect(toTable([failed], [{ target: "own" }])).toContain("| ka1 p50 ms | 0.200 ! |");
});
