import { shortened } from "../base/printable.ts";
import { printNote } from "./output.ts";

/** Characters of a value in a pipe or a file, as many as the audit log keeps of one. */
const maxPipedLength = 16 * 1024;

/** Behind what is cut; its blanks are none that a table breaks lines at. */
const cutMark = /… \((\d+) characters\)$/;

/** A value that is cut where a person reads it, and whole where a program does. */
export function cutForTerminal(text: string, maxLength: number): string {
  const cut = shortened(text, process.stdout.isTTY ? maxLength : maxPipedLength);
  return cut === text ? text : cut.replace(cutMark, "…\u00a0($1\u00a0characters)");
}

/** Says where whole values are, when some of these lines have cut ones. @param command prints all of it */
export function noteCutValues(lines: readonly string[], command: string): void {
  if (lines.some((line) => line.includes("…\u00a0("))) {
    printNote(`values that end in … are whole in: ${command}`);
  }
}
