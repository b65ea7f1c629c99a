import fc from "fast-check";
import stringWidth from "string-width";
import { expect, test } from "vitest";
import { toTable } from "../../../src/cli/table.ts";

const headings = ["name", "opened by"];
const rows = [
  ["default", "the keychain of this user"],
  ["work", "a passphrase, asked for once a session"],
];

test("a table that fits has a line for each row", () => {
  expect(toTable(headings, rows, 80)).toEqual([
    "NAME     OPENED BY",
    "default  the keychain of this user",
    "work     a passphrase, asked for once a session",
  ]);
});

test("one that is too wide is broken between words, the widest column first", () => {
  expect(toTable(headings, rows, 30)).toEqual([
    "NAME     OPENED BY",
    "default  the keychain of this",
    "         user",
    "work     a passphrase, asked",
    "         for once a session",
  ]);
});

test("where a word alone is too wide, each row is a few lines, one for each column", () => {
  expect(
    toTable(
      ["url", "why"],
      [
        ["https://api.example.com/v1", "no rule"],
        ["b", "-"],
      ],
      20,
    ),
  ).toEqual(["URL  https://api.example.com/v1", "WHY  no rule", "", "URL  b", "WHY  -"]);
});

test("wide characters take two columns", () => {
  expect(
    toTable(
      ["name", "x"],
      [
        ["日本語", "1"],
        ["ab", "2"],
      ],
      80,
    ),
  ).toEqual(["NAME    X", "日本語  1", "ab      2"]);
});

test("whatever the cells and the width: no word is broken, and lines are too wide only for a word that is", () => {
  const word = fc.stringMatching(/^[a-z0-9/:.-]{1,30}$/);
  const cell = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(" "));
  const table = fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(table, fc.integer({ min: 10, max: 200 }), (cells, width) => {
      const lines = toTable(["a", "b", "c"], cells, width);
      const words = lines.flatMap((line) => line.split(/ +/));
      for (const one of cells.flat().flatMap((text) => text.split(" "))) {
        expect(words).toContain(one);
      }
      const isTable = lines[0]?.startsWith("A ") === true && lines[0].includes("C");
      if (isTable) for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(width);
    }),
  );
});
