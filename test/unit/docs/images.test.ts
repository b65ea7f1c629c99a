import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const read = (path: string): string =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");

test("docs/images.md names every package of the base image", () => {
  const words: Readonly<Record<string, string>> = {
    python3: "Python 3",
    "python3-pip": "pip",
    "python3-venv": "venv",
    "xz-utils": "xz",
  };
  const page = read("docs/images.md").replaceAll(/\s+/g, " ");
  const [, list = ""] = /Debian with Node\.js 24,([^:]+):/.exec(page) ?? [];
  const packages = read("devcontainer/packages.txt").split("\n").filter(Boolean);
  const isNamed = (name: string): boolean => list.includes(words[name] ?? name);
  expect(packages.length).toBeGreaterThan(10);
  expect(packages.filter((name) => !isNamed(name))).toEqual([]);
});
