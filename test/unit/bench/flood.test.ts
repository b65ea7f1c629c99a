import { expect, test } from "vitest";
import { type FloodSample, type Noticed, toFloodLines } from "../../bench/flood/measure-flood.ts";

const noticed = (quietMs: number, pressedMs: number, failure?: string): Noticed => ({
  quiet: { p50Ms: 1, p99Ms: quietMs, newP99Ms: quietMs, failures: 0 },
  pressed: {
    p50Ms: 1.5,
    p99Ms: pressedMs,
    newP99Ms: 2 * pressedMs,
    ...(failure === undefined ? { failures: 0 } : { failures: 1, failure }),
  },
});

const sample = (round: number, same: Noticed, other: Noticed): FloodSample => {
  return { round, flood: "tunnels", same, other, cores: 0.5 };
};

test("a flood's line has both sessions, over what each client saw without it", () => {
  const samples = [
    sample(0, noticed(1, 2), noticed(1, 1.1)),
    sample(1, noticed(10, 30, "EAGAIN"), noticed(10, 10)),
    sample(2, noticed(1, 4), noticed(1, 1.2)),
  ];
  const lines = toFloodLines(samples);
  const cells = "4.00 | 3.00 | 1.50 | 6.00 | 1.20 | 1.10 | 1.50 | 2.20 | 1 | 0.50";
  expect(lines).toContain(`| 10,000 idle CONNECTs | ${cells} |`);
  expect(lines).toContain("unanswered beside 10,000 idle CONNECTs: EAGAIN");
});
