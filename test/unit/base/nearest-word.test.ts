import { expect, test } from "vitest";
import { findNearest } from "../../../src/base/nearest-word.ts";

test.each([
  ["ripgerp", ["ripperx", "ripgrep", "ripit"], "ripgrep"],
  ["golangg", ["goldeneye", "golang", "golang-go"], "golang"],
  ["hsot", ["host", "hot"], "host"],
  ["nothing", ["like", "it"], undefined],
  ["ab", ["ba"], "ba"],
  ["x", ["yz"], undefined],
])("%s among %j is %s", (word, known, nearest) => {
  expect(findNearest(word, known)).toBe(nearest);
});
