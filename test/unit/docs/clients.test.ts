import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { stacks } from "../../clients/stacks.ts";

test("docs/clients.md has every client once (npm run docs:clients writes it)", () => {
  const document = readFileSync(new URL("../../../docs/clients.md", import.meta.url), "utf8");
  const names = document.split("\n").flatMap((line) => /^\| ([^|]+?) \|/.exec(line)?.[1] ?? []);
  expect(names.slice(2)).toEqual(stacks.map(({ name }) => name));
  expect(stacks.length).toBeGreaterThanOrEqual(50);
  expect(document).not.toContain("**no**");
});
