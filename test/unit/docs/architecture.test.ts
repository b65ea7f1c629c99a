import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

const page = readFileSync("docs/architecture.md", "utf8");

/** Files and folders that the page names, with the folder that its section is about. */
const named = page.split("\n## ").flatMap((section) => {
  const base = section.startsWith("One workspace") ? "src/workspace" : "src";
  const paths = section.matchAll(/`([\w./-]+(?:\.tsx?|\/))`/g);
  return [...paths].map(([, path = ""]): [string, string] => [path, base]);
});

test.each(named.filter(([path]) => !path.startsWith("~") && path !== "dist/"))(
  "%s is there",
  (path, base) => {
    const places = [`${base}/${path}`, path, `src/${path}`];
    expect(places.filter((place) => existsSync(place))).not.toEqual([]);
  },
);

test("the page names the files of a request, a push and a start", () => {
  expect(named.length).toBeGreaterThan(80);
});
