import { expect, test } from "vitest";
import { parsePlan } from "../../bench/plan.ts";

test("without flags everything is measured, with a credential first", () => {
  const plan = parsePlan([]);
  expect(plan?.targets.slice(0, 3)).toEqual(["vaultbox-age", "vaultbox-keychain", "vaultbox"]);
  expect(plan?.rows).toContain("ka32");
  expect(plan?.parts).toContain("startup");
});

test("rows, targets, rounds and another checkout can be chosen", () => {
  const which = ["--rows", "sse,ka1,git", "--targets", "direct,vaultbox-age"];
  const plan = parsePlan(["--rounds", "3", ...which, "--before", "/there"]);
  expect(plan).toMatchObject({
    effort: { rounds: 3 },
    rows: ["ka1", "sse"],
    parts: ["git"],
    targets: ["vaultbox-age", "direct"],
    before: "/there",
  });
});

test.each([
  ["a row that isn't there", ["--rows", "ka2"]],
  ["a target that isn't there", ["--targets", "nginx"]],
  ["rounds that are no number", ["--rounds", "many"]],
  ["a flag that isn't there", ["--fast"]],
])("%s is answered with the usage", (_, args) => {
  expect(() => parsePlan(args)).toThrow(/--rounds N/);
});

test("help is no plan", () => {
  expect(parsePlan(["--help"])).toBeUndefined();
});
