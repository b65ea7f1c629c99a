import { expect, test } from "vitest";
import { readReport } from "../../support/test-report.ts";

function toJson(testResults: readonly Record<string, unknown>[], numPassedTests: number): string {
  return JSON.stringify({ numPassedTests, testResults });
}

test("A run's failed tests are counted and named", () => {
  const assertionResults = [
    { fullName: "A holds", status: "passed" },
    { fullName: "B holds", status: "failed" },
  ];
  const json = toJson([{ name: "x.test.ts", status: "failed", message: "", assertionResults }], 1);
  expect(readReport({ project: "unit", status: 1, json })).toEqual({
    passed: 1,
    failed: 1,
    failures: ["x.test.ts: B holds"],
  });
});

test("A test file that doesn't load is a failure", () => {
  const file = { name: "x.test.ts", status: "failed", message: "no module", assertionResults: [] };
  const report = readReport({ project: "unit", status: 1, json: toJson([file], 0) });
  expect(report).toMatchObject({ failed: 1, failures: ["x.test.ts: no module"] });
});

test("An error outside the tests is a failure although every test passed", () => {
  expect(readReport({ project: "unit", status: 1, json: toJson([], 5) })).toMatchObject({
    passed: 5,
    failed: 1,
  });
});

test("A run without a report is a failure", () => {
  expect(readReport({ project: "unit", status: 0, json: undefined }).failed).toBe(1);
});
