// The one way to the terminal for what vaultbox says itself: whatever is in it, it drives no terminal, stays bounded and
// shows no secret.
// A test looks for others (test/unit/base/print.test.ts). The agent's own output is passed on by session/terminal/user-streams.ts.
import { paintLine, type Paint } from "./paint.ts";
import { shortened, toPrintable, toPrintableJson } from "./printable.ts";
import { revealedSecrets } from "./redact.ts";

/** Characters of one line where a person reads it; `--json` has all of it. */
const maxLineLength = 4096;
/** Of one that a program reads. */
const maxPipedLineLength = 64 * 1024;

type Output = "stdout" | "stderr";

/** A terminal, pipe or file that another program writes to, too. */
export interface SharedTerminal {
  readonly outputs: readonly Output[];
  /** Makes the next line readable, and one of its own */
  readonly lead: () => string;
  /** A line feed alone only moves down where the terminal is in raw mode */
  readonly lineEnd: "\r\n" | "\n";
  readonly onLine: (text: string) => void;
}

/** The one terminal of this process; not a session's, because a crash is told on it as well */
const shared: { terminal?: SharedTerminal | undefined } = {};

/** From now until it's disposed, what is said ourselves is told from what the other program writes. */
export function shareTerminal(terminal: SharedTerminal): Disposable {
  shared.terminal = terminal;
  return { [Symbol.dispose]: () => (shared.terminal = undefined) };
}

function write(output: Output, text: string, paints: readonly Paint[]): void {
  const { terminal } = shared;
  const painted = paintLine(text, paints, process[output]);
  if (terminal?.outputs.includes(output) !== true) {
    process[output].write(`${painted}\n`);
    return;
  }
  process[output].write(`${terminal.lead()}${painted}${terminal.lineEnd}`);
  terminal.onLine(text);
}

/** One line, without the secrets that vaults gave out. @param paints words of it that get a colour */
export function writeLine(output: Output, text: string, paints: readonly Paint[] = []): void {
  const isPiped = output === "stdout" && !process.stdout.isTTY;
  const most = isPiped ? maxPipedLineLength : maxLineLength;
  write(output, toPrintable(shortened(revealedSecrets.redact(text), most)), paints);
}

/** A value as JSON on lines of its own, equal to the value once it's parsed, but for the secrets that vaults gave out. */
export function writeJson(output: Output, value: unknown, indent?: number): void {
  write(output, toPrintableJson(revealedSecrets.redactValue(value), indent), []);
}

/** A question, behind which the answer is typed. */
export function writeQuestion(text: string): void {
  process.stderr.write(toPrintable(text));
}
