import { toPrintable } from "../base/printable.ts";
import { cutForTerminal } from "./output.ts";
import { createRequire } from "node:module";

/** Characters of a cell on a terminal. */
const maxCellLength = 300;
/** Columns that cells are aligned to where lines have no end: one long value doesn't make all lines long. */
const maxAligned = 100;
const gap = "  ";

/**
 * Aligned columns, two spaces apart, headings in upper case, no borders. Where that is wider than the terminal, cells are
 * broken between words; where a word alone is too wide, each row becomes a few lines, one for each column. No word is ever
 * broken or cut for the width, so that ids, URLs and commands can be copied.
 * @param width columns; all that it takes when stdout is no terminal: a row is then a line
 */
export function toTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  width = terminalWidth(),
): readonly string[] {
  const cells = [headings.map((heading) => heading.toUpperCase()), ...rows].map((row) =>
    row.map((cell) => toPrintable(cutForTerminal(cell, maxCellLength))),
  );
  if (width === Infinity) return toOpenLines(cells);
  const widths = fitWidths(cells, width);
  if (widths !== undefined) return cells.flatMap((row) => toLines(row, widths));
  const [names = [], ...records] = cells;
  return records.flatMap((row, index) => [...(index === 0 ? [] : [""]), ...toRecord(names, row)]);
}

/** Each row is a line. */
function toOpenLines(cells: readonly (readonly string[])[]): readonly string[] {
  const widths = toColumns(cells).map((column) => Math.min(widest(column), maxAligned));
  return cells.map((row) => toLine(row, widths));
}

/** Columns of the terminal; no end of them where stdout is none, or one that says nothing. */
export function terminalWidth(): number {
  return process.stdout.isTTY ? process.stdout.columns || Infinity : Infinity;
}

/** Columns of each cell; undefined where the longest words alone are wider than the terminal. */
function fitWidths(
  cells: readonly (readonly string[])[],
  width: number,
): readonly number[] | undefined {
  const columns = toColumns(cells);
  const least = columns.map((column) => widest(column.flatMap((cell) => cell.split(" "))));
  const widths = columns.map((column) => widest(column));
  let over = total(widths) - width;
  if (over <= 0) return widths;
  if (total(least) > width) return undefined;
  while (over > 0) {
    // The widest gives first: short ones stay on a line
    const slack = widths.map((own, column) => (own > (least[column] ?? 0) ? own : 0));
    const at = slack.indexOf(Math.max(...slack));
    widths[at] = (widths[at] ?? 0) - 1;
    over -= 1;
  }
  return widths;
}

function toColumns(cells: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return (cells[0] ?? []).map((_, column) => cells.map((row) => row[column] ?? ""));
}

function total(widths: readonly number[]): number {
  return widths.reduce((sum, one) => sum + one, 0) + gap.length * (widths.length - 1);
}

/** Columns that the widest of some texts takes. */
export function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, textWidth(text)), 0);
}

function toLines(row: readonly string[], widths: readonly number[]): readonly string[] {
  const wrapped = row.map((cell, column) => wrap(cell, widths[column] ?? 0));
  const height = Math.max(...wrapped.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    toLine(
      wrapped.map((lines) => lines[line] ?? ""),
      widths,
    ),
  );
}

function toLine(row: readonly string[], widths: readonly number[]): string {
  return row
    .map((cell, column) => padEnd(cell, widths[column] ?? 0))
    .join(gap)
    .trimEnd();
}

function toRecord(names: readonly string[], row: readonly string[]): readonly string[] {
  const width = widest(names);
  return row.map((cell, column) => `${padEnd(names[column] ?? "", width)}${gap}${cell}`.trimEnd());
}

/** Lines of at most so many columns, broken at spaces. */
function wrap(text: string, width: number): readonly string[] {
  if (textWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line === "" || textWidth(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - textWidth(text)));
}

const require = createRequire(import.meta.url);

/** Columns that a printable text takes on a terminal. */
function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  // Loading it takes 30 ms, a third of a command that prints a table, and most tables are ASCII
  const { default: stringWidth } = require("string-width") as typeof import("string-width");
  return stringWidth(text);
}
