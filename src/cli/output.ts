import { writeJson, writeLine } from "../print.ts";
import { shortened, toPrintable } from "../printable.ts";

/** One document on stdout. */
export function printJson(value: unknown): void {
  writeJson("stdout", value, 2);
}

/** One document on a line of stdout, for a stream of them. */
export function printJsonLine(value: unknown): void {
  writeJson("stdout", value);
}

/** Lines on stdout; each is made printable, and cut when it is very long. */
export function printLines(lines: readonly string[]): void {
  for (const line of lines) writeLine("stdout", line);
}

/** A note on stderr with the prefix. */
export function printNote(text: string): void {
  writeLine("stderr", `vaultbox: ${text}`);
}

export function printWarning(text: string): void {
  printNote(`warning: ${text}`);
}

/** Characters of a cell: one long value would make all lines long. */
const maxCellLength = 300;

/** Aligned columns, two spaces apart, headings in upper case, no borders. */
export function toTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const printable = [headings.map((heading) => heading.toUpperCase()), ...rows].map((row) =>
    row.map((cell) => toPrintable(shortened(cell, maxCellLength))),
  );
  const widths = headings.map((_, column) =>
    Math.max(...printable.map((row) => row[column]?.length ?? 0)),
  );
  return printable.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
