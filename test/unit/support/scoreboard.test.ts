import { describe, expect, test } from "vitest";
import { requiredRows, scoreProblems, totalScores } from "../../docs/scoreboard-table.ts";
import { claimScore, type RecordedScore } from "../../support/scoreboard.ts";

const score = { row: 9, test: "a broken head" };

describe("a score's name in its row", () => {
  const first = { id: "1_0", by: "a.test.ts > blocks", attempt: "1000 0 0" };
  const again = 'row 9 has a score "a broken head" already, of a.test.ts > blocks';

  test.each([
    ["another test", { id: "2_0", by: "b.test.ts > blocks", attempt: "1000 0 0" }],
    ["another test of the same name", { ...first, id: "1_1", attempt: "1001 0 0" }],
    ["the same test a second time", first],
  ])("can't be recorded by %s", (_, second) => {
    const claimed = new Map();
    claimScore(claimed, score, first);
    expect(() => claimScore(claimed, score, second)).toThrow(again);
  });

  test("is the same test's when it's tried again, and free in another row", () => {
    const claimed = new Map();
    claimScore(claimed, score, first);
    claimScore(claimed, score, { ...first, attempt: "1000 1 0" });
    claimScore(claimed, { ...score, row: 10 }, { ...first, id: "2_0" });
    expect(claimed.size).toBe(2);
  });
});

describe("the scores of a whole run", () => {
  const complete = requiredRows.map((row) => recorded({ row }));

  test("are in order when each was blocked and each row has a control", () => {
    expect(scoreProblems(complete)).toEqual([]);
  });

  test.each([
    [
      "two tests gave one name",
      [...complete, recorded({ by: "b" })],
      '"attack" is a score of a and of b',
    ],
    [
      "an attempt got through",
      [...complete, recorded({ test: "other", blocked: 1 })],
      "1 attempts were not blocked",
    ],
    ["a required row is missing", complete.slice(1), "row 1 (CONNECT"],
    [
      "a row has no control",
      [...complete, recorded({ row: 10, controlSucceeded: 0 })],
      "no control succeeded",
    ],
    ["a row has no title", [...complete, recorded({ row: 1000 })], "row 1000 has no title"],
  ])("are not when %s", (_, scores, problem) => {
    expect(scoreProblems(scores)).toEqual([expect.stringContaining(problem)]);
  });

  test("count once for a test that ran twice, by its last run", () => {
    const twice = [recorded({ attempts: 1, blocked: 1 }), recorded({ attempts: 3, blocked: 3 })];
    expect(totalScores(twice)).toEqual([{ row: 1, attempts: 3, blocked: 3, controlSucceeded: 1 }]);
  });
});

function recorded(given: Partial<RecordedScore>): RecordedScore {
  return {
    row: 1,
    test: "attack",
    attempts: 2,
    blocked: 2,
    controlSucceeded: 1,
    by: "a",
    ...given,
  };
}
