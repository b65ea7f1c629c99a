import { existsSync, globSync } from "node:fs";
import { expect, test } from "vitest";

/** Folders of tests that are about no single file of `src/`, and why. */
const exceptions: Readonly<Record<string, string>> = {
  "bench/": "what measures the proxy: test/bench/",
  "docs/": "the pages, compared with the code",
  "lint/": "rules about all sources, or about the tests themselves",
  "support/": "what tests are made with: test/support/",
};

/** "git/wire/pkt-line.property.test.ts" is about src/git/wire/pkt-line.ts, or about a folder of that name. */
function isMirrored(file: string): boolean {
  const subject = `src/${file.replace(/(?:\.[a-z-]+)*\.test\.tsx?$/, "")}`;
  return [`${subject}.ts`, `${subject}.tsx`, subject].some((path) => existsSync(path));
}

test("each unit test lies where the source lies that it's about", () => {
  const files = globSync("**/*.test.{ts,tsx}", { cwd: "test/unit" });
  expect(files.length).toBeGreaterThan(250);
  const others = files.filter(
    (file) => !Object.keys(exceptions).some((folder) => file.startsWith(folder)),
  );
  expect(others.filter((file) => !isMirrored(file))).toEqual([]);
});

test("a test's own aspects come behind the source's name, and a name without a source is found", () => {
  expect(isMirrored("policy/decide.test.ts")).toBe(true);
  expect(isMirrored("policy/decide.deny-wins.property.test.ts")).toBe(true);
  expect(isMirrored("workspace/git-dir/pointed.test.ts")).toBe(true);
  expect(isMirrored("policy/decide-deny-wins.test.ts")).toBe(false);
  expect(isMirrored("docs/links.test.ts")).toBe(false);
});
