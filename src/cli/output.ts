import type { Paint } from "../base/paint.ts";
import { writeJson, writeLine } from "../base/print.ts";
import { shortened } from "../base/printable.ts";

/** One document on stdout. */
export function printJson(value: unknown): void {
  writeJson("stdout", value, 2);
}

/** One document on a line of stdout, for a stream of them. */
export function printJsonLine(value: unknown): void {
  writeJson("stdout", value);
}

/** Lines on stdout; each is made printable, and cut when it is very long. @param paints words of them that get a colour */
export function printLines(lines: readonly string[], paints: readonly Paint[] = []): void {
  for (const line of lines) writeLine("stdout", line, paints);
}

/** A note on stderr with the prefix. */
export function printNote(text: string): void {
  writeLine("stderr", `vaultbox: ${text}`);
}

export function printWarning(text: string): void {
  printNote(`warning: ${text}`);
}

/** Whether a person can be asked: what is typed must come from a terminal, and the question must be seen on one. */
export function canPrompt(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

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
