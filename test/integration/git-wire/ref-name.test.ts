import fc from "fast-check";
import { expect, test } from "vitest";
import { findRefNameFault } from "../../../src/git/wire/ref-name.ts";
import { makeGitPlace } from "../../support/git-place.ts";

// prettier-ignore
const units = [
  "a", "B", "1", ".", "/", "-", "@", "{", "}", "~", "^", ":", "?", "*", "[", "\\", " ", "..", "//", "@{", ".lock",
  "\u0001", "\u007f", "\t", "é", "\u200b", "🙂", "HEAD", "_", "'",
];
const unit = fc.constantFrom(...units);
const names = fc.string({ unit, maxLength: 6 }).map((text) => `refs/heads/${text}`);

test("no name passes that git check-ref-format refuses", async () => {
  await using place = await makeGitPlace();
  const seen = { passed: 0, refusedByBoth: 0, stricter: 0 };
  await Promise.all(
    [1, 2].map((half) =>
      fc.assert(
        fc.asyncProperty(names, async (name) => {
          const isOurs = findRefNameFault(name) === undefined;
          const { status } = await place.git(["check-ref-format", name]);
          if (isOurs) expect(status, `git refuses ${JSON.stringify(name)}`).toBe(0);
          if (isOurs) seen.passed += 1;
          else if (status === 0) seen.stricter += 1;
          else seen.refusedByBoth += 1;
        }),
        { numRuns: 250, seed: half },
      ),
    ),
  );
  // The comparison means something only when every case was seen
  expect(Math.min(seen.passed, seen.refusedByBoth, seen.stricter)).toBeGreaterThan(5);
});
