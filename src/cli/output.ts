import { toPrintable, toPrintableJson } from "../printable.ts";

/** One document on stdout. */
export function printJson(value: unknown): void {
  process.stdout.write(`${toPrintableJson(value, 2)}\n`);
}

/** Lines on stdout; each is made printable. */
export function printLines(lines: readonly string[]): void {
  for (const line of lines) process.stdout.write(`${toPrintable(line)}\n`);
}

/** A note on stderr with the prefix. */
export function printNote(text: string): void {
  process.stderr.write(`vaultbox: ${toPrintable(text)}\n`);
}

export function printWarning(text: string): void {
  printNote(`warning: ${text}`);
}

/** Aligned columns, two spaces apart, headings in upper case, no borders. */
export function toTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  const printable = [headings.map((heading) => heading.toUpperCase()), ...rows].map((row) =>
    row.map(toPrintable),
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
