// Names come out of pushed packs: reading one must cost no more than its length.
import { expect, test } from "vitest";
import { findDeniedPath } from "../../../../src/git/entry/denied-path.ts";

const length = 1_000_000;
/** Processor time in seconds; what is quadratic takes minutes. */
const most = 5;

function secondsOf(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

test("a path with a very long name is compared at once", () => {
  const denied = [".github/workflows/**", "**/x*y*z/**", "a/*b*c*d*"];
  const names = [".", " ", ". ", "/", "a/", "\u200C", "a\u0301", "*", "\\"].map(
    (part) => `${part.repeat(length / part.length)}x`,
  );
  const seconds = secondsOf(() => {
    for (const name of names) findDeniedPath(denied, name);
  });
  expect(seconds).toBeLessThan(most);
  expect(findDeniedPath(denied, `.github${". ".repeat(length)}/workflows/a`)).toBe(denied[0]);
});
