import { expect, test } from "vitest";
import { isSpelledAs } from "../../../src/policy/repository-name.ts";

test("only the letters of the rule are the rule's spelling, with or without .git", () => {
  expect(isSpelledAs("acme/widgets", "acme/widgets")).toBe(true);
  expect(isSpelledAs("acme/widgets", "acme/widgets.git")).toBe(true);
  expect(isSpelledAs("acme/widgets", "Acme/widgets")).toBe(false);
  expect(isSpelledAs("acme/*", "acme/anything")).toBe(true);
  expect(isSpelledAs("acme/*", "ACME/anything")).toBe(false);
  expect(isSpelledAs("acme/*", "acme/group/anything")).toBe(false);
});
