// The one way to the terminal for what vaultbox says itself: whatever is in it, it drives no terminal and stays bounded.
// A test looks for others (test/unit/print.test.ts). The agent's own output is passed on by sandbox/user-streams.ts.
import { shortened, toPrintable, toPrintableJson } from "./printable.ts";

/** Characters of one line; `--json` has all of it. */
const maxLineLength = 4096;

type Output = "stdout" | "stderr";

/** One line. */
export function writeLine(output: Output, text: string): void {
  process[output].write(`${toPrintable(shortened(text, maxLineLength))}\n`);
}

/** A value as JSON on lines of its own, equal to the value once it's parsed. */
export function writeJson(output: Output, value: unknown, indent?: number): void {
  process[output].write(`${toPrintableJson(value, indent)}\n`);
}

/** A question, behind which the answer is typed. */
export function writeQuestion(text: string): void {
  process.stderr.write(toPrintable(text));
}
