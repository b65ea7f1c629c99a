import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const lines = readFileSync(new URL("../../../CHANGELOG.md", import.meta.url), "utf8").split("\n");

test("the changelog says each thing once, under what it is to a user", () => {
  const entries = lines.filter((line) => line.startsWith("- "));
  expect(entries.length).toBeGreaterThan(50);
  expect(entries.filter((entry, index) => entries.indexOf(entry) !== index)).toEqual([]);
  const kinds = lines.filter((line) => line.startsWith("### ")).map((line) => line.slice(4));
  expect(kinds).toEqual(["Added", "Changed", "Fixed", "Security"]);
  const unsorted = lines.slice(lines.indexOf("## Unreleased"), lines.indexOf("### Added"));
  expect(unsorted.filter((line) => line.startsWith("- "))).toEqual([]);
});
