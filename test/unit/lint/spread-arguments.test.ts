import { readFileSync } from "node:fs";
import { glob } from "node:fs/promises";
import { expect, test } from "vitest";

/** A list as the arguments of a call, of which V8 takes some 120,000: a sandbox chooses how many there are. */
const spread = /\.(?:push|unshift)\(\s*\.\.\.|Math\.(?:max|min)\(\s*\.\.\./;

test("no list of what is in a workspace becomes the arguments of a call", async () => {
  const found: string[] = [];
  let count = 0;
  for await (const file of glob("src/workspace/**/*.ts")) {
    count++;
    if (spread.test(readFileSync(file, "utf8"))) found.push(file);
  }
  expect(count).toBeGreaterThan(100);
  expect(found).toEqual([]);
});

test("such a call is found, and fails on a long list (control)", () => {
  expect(spread.test("entries.push(...(await inspectRoot(found)))")).toBe(true);
  const list = Array.from({ length: 150_000 }, () => 0);
  expect(() => [0].push(...list)).toThrow(RangeError);
});
