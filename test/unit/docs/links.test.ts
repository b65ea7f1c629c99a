import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import manifest from "../../../package.json" with { type: "json" };
import { findBrokenLinks, findUnlinkedPages } from "../../docs/links.ts";

const top = new URL("../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, top), "utf8");
const names = [
  ...readdirSync(top),
  ...readdirSync(new URL("docs/", top)).map((name) => `docs/${name}`),
];
const pages = new Map(
  names.filter((name) => name.endsWith(".md")).map((name) => [name, read(name)]),
);
const exists = (path: string): boolean => existsSync(fileURLToPath(new URL(path, top)));

test("every link in README.md and docs leads to a file and a heading that are there", () => {
  expect(pages.size).toBeGreaterThan(15);
  expect(findBrokenLinks(pages, exists)).toEqual([]);
});

test("every link in the pages of the npm package leads to a page that is in it too", () => {
  // npm takes these two along by itself
  const packed = [...manifest.files, "README.md", "LICENSE"];
  const isPacked = (path: string): boolean =>
    packed.some((entry) => path === entry || path.startsWith(`${entry}/`));
  const packedPages = new Map([...pages].filter(([path]) => isPacked(path)));
  expect(packedPages.size).toBeGreaterThan(15);
  expect(findBrokenLinks(packedPages, (path) => isPacked(path) && exists(path))).toEqual([]);
});

test("links lead from README.md to every page of docs", () => {
  const docs = new Map([...pages].filter(([path]) => !/^(AGENTS|CHANGELOG|SECURITY)/.test(path)));
  expect(findUnlinkedPages(docs, "README.md")).toEqual([]);
  const alone = new Map([...docs, ["docs/alone.md", "[out](git.md)"]]);
  expect(findUnlinkedPages(alone, "README.md")).toEqual(["docs/alone.md"]);
});

test("a link to a file or a heading that isn't there is found (control)", () => {
  const page = [
    "# A page: `x`, and more",
    "[right](#a-page-x-and-more) [wrong](#a-page) [gone](docs/gone.md)",
    "```",
    "[code](docs/gone.md)",
    "```",
    "[web](https://example.com/gone.md)",
  ].join("\n");
  expect(findBrokenLinks(new Map([["README.md", page]]), exists)).toEqual([
    { page: "README.md", line: 2, target: "#a-page" },
    { page: "README.md", line: 2, target: "docs/gone.md" },
  ]);
});

test("the page of questions has 25, each with an answer and a link in its line, and README begins with it", () => {
  const questions = (pages.get("docs/how-do-i.md") ?? "").match(/^- \*\*.+$/gm) ?? [];
  expect(questions.length).toBeGreaterThanOrEqual(25);
  for (const question of questions) {
    expect(question).toMatch(/^- \*\*[^*]+\?\*\* \S.{20,}\]\([^)]+\)$/);
  }
  expect(read("README.md").split("\n").slice(0, 10).join("\n")).toContain("(docs/how-do-i.md)");
});
