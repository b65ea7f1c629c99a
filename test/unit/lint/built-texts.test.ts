import { globSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";

/** Of the texts that V8 would keep at two bytes a character. */
function findWide(folder: string): string[] {
  const files = globSync("**/*.js", { cwd: folder });
  expect(files).toContain("main.js");
  return files.filter((file) => /[\u0100-\uffff]/.test(readFileSync(`${folder}/${file}`, "utf8")));
}

test("no built file has a character beyond Latin-1, which would double what its text takes in memory", () => {
  expect(findWide("dist")).toEqual([]);
});
