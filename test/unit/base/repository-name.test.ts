import { expect, test } from "vitest";
import { coversRepository, isSpelledAs } from "../../../src/base/repository-name.ts";

test("only the letters of the rule are the rule's spelling, with or without .git", () => {
  expect(isSpelledAs("acme/widgets", "acme/widgets")).toBe(true);
  expect(isSpelledAs("acme/widgets", "acme/widgets.git")).toBe(true);
  expect(isSpelledAs("acme/widgets", "Acme/widgets")).toBe(false);
  expect(isSpelledAs("acme/*", "acme/anything")).toBe(true);
  expect(isSpelledAs("acme/*", "ACME/anything")).toBe(false);
  expect(isSpelledAs("acme/*", "acme/group/anything")).toBe(false);
});

test("a very long name of a repository is compared at once", () => {
  const length = 1_000_000;
  const names = ["/", "a/", "%", ".git", "."].map((part) => `${part.repeat(length)}x`);
  const before = process.cpuUsage();
  for (const name of names) coversRepository("acme/widgets", name);
  const { user, system } = process.cpuUsage(before);
  // What is quadratic takes minutes
  expect((user + system) / 1e6).toBeLessThan(5);
  const slashes = "/".repeat(length);
  expect(coversRepository("acme/widgets", `${slashes}acme/widgets${slashes}`)).toBe(true);
});
