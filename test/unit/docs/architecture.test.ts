import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const sources = readdirSync(new URL("../../../src/", import.meta.url), {
  recursive: true,
  encoding: "utf8",
}).map((path) => `src/${path}`);

test("every file that docs/architecture.md names is there", () => {
  const named =
    read("docs/architecture.md").match(/(?<=`)(?:\.\.\/)?[a-z][\w./-]*\.ts(?=`)/g) ?? [];
  expect(named.length).toBeGreaterThan(60);
  // Within a table a path may begin in the folder that the table is about
  const isThere = (path: string): boolean =>
    sources.some((source) => source.endsWith(`/${path.replace("../", "")}`) || source === path);
  expect(named.filter((path) => path !== "rolldown.config.ts" && !isThere(path))).toEqual([]);
});
