import { expect, test } from "vitest";
import { saidOfWords, toWords, wordSet } from "../../../src/base/words.ts";

test("the words of a text are those between its blanks and line breaks", () => {
  expect(toWords("\n  one two\n  three ")).toEqual(["one", "two", "three"]);
  expect([...wordSet("one two one")]).toEqual(["one", "two"]);
});

test("a row's text is said of each of its words, and a star in it is the word with blanks", () => {
  const said = saidOfWords([
    ["changing *", "deploy_keys code-scanning pages"],
    ["running a pipeline", "pipeline trigger"],
  ]);
  expect([...said]).toEqual([
    ["deploy_keys", "changing deploy keys"],
    ["code-scanning", "changing code scanning"],
    ["pages", "changing pages"],
    ["pipeline", "running a pipeline"],
    ["trigger", "running a pipeline"],
  ]);
});
