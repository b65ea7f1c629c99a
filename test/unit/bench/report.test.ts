import { expect, test } from "vitest";
import { compare, peaksOf, tabulate, toMarkdown, toRatioMarkdown } from "../../bench/report.ts";
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
const names = ["own", "peer", "broken"];

test("a ratio is that of one round, so that what the machine did meanwhile is in both", () => {
  expect(compare(samples, "own", names)["ka1 p50 ms"]).toEqual({ own: 1, peer: 0.5 });
  const lines = toRatioMarkdown(tabulate(samples, names), "own", compare(samples, "own", names));
  expect(lines).toContain("| ka1 p50 ms | 0.200 | 0.50 | – |");
});

test("a line has the median over rounds, and what wasn't measured has none", () => {
  const lines = toMarkdown(tabulate(samples, names), peaksOf(samples));
  expect(lines).toContain("| ka1 p50 ms | 0.200 | 0.400 | failed |");
  expect(lines).toContain("| peak RSS MB | 120 | 50 | – |");
  expect(lines.join("\n")).not.toContain("ka32");
});

test("a figure for which a round failed at first is marked", () => {
  const table = tabulate([{ ...ka1("own", 0, 0.2), error: "reset" }], ["own"]);
  expect(toMarkdown(table, {})).toContain("| ka1 p50 ms | 0.200 ! |");
});
