import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { replaceBlock } from "../../docs/generated-block.ts";
import { readGuaranteeRows, readGuarantees, toGuaranteesTable } from "../../docs/guarantees.ts";

const docs = new URL("../../../docs/", import.meta.url);
const page = readFileSync(new URL("security.md", docs), "utf8");
const guarantees = readGuaranteeRows();
const sentences = readGuarantees(page).map(({ sentence }) => sentence);

test("every sentence of the guarantees in docs/security.md has one row in test/docs/guarantees.json", () => {
  expect(sentences.length).toBeGreaterThan(30);
  const countRows = (sentence: string): number =>
    guarantees.filter((row) => sentence.startsWith(row.sentence)).length;
  expect(sentences.filter((sentence) => countRows(sentence) !== 1)).toEqual([]);
  const unused = guarantees.filter(
    (row) => sentences.filter((sentence) => sentence.startsWith(row.sentence)).length !== 1,
  );
  expect(unused).toEqual([]);
});

test("every test that a row names is there", () => {
  const missing = guarantees
    .flatMap(({ tests }) => tests)
    .filter(({ file, title }) => !readText(`../../${file}`).includes(title));
  expect(missing).toEqual([]);
  expect(guarantees.filter(({ tests }) => tests.length === 0)).toEqual([]);
});

test("docs/guarantees.md is made of both (npm run docs:guarantees writes it)", () => {
  const document = readFileSync(new URL("guarantees.md", docs), "utf8");
  expect(document).toBe(replaceBlock(document, "guarantees", toGuaranteesTable(page)));
});

function readText(path: string): string {
  try {
    return readFileSync(new URL(path, import.meta.url), "utf8");
  } catch {
    // No such file: no such test
    return "";
  }
}
