import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Columns that a printable text takes on a terminal. */
export function textWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  // Loading it takes 30 ms, a third of a command that prints a table, and most tables are ASCII
  const { default: stringWidth } = require("string-width") as typeof import("string-width");
  return stringWidth(text);
}
