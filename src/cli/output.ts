import type { Paint } from "../base/paint.ts";
import { writeJson, writeLine } from "../base/print.ts";

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
