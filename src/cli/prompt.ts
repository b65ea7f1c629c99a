import { StringDecoder } from "node:string_decoder";
import { createInterface } from "node:readline/promises";
import { VaultboxError } from "../base/errors.ts";
import { writeLine, writeQuestion } from "../base/print.ts";
import { toPrintable } from "../base/printable.ts";

/** What one more piece of typed text does to the line. */
type Typed =
  | { readonly state: "open"; readonly line: string }
  | { readonly state: "entered"; readonly line: string }
  | { readonly state: "cancelled" };

/**
 * Asks on the terminal without echo. Only to be called when `canPrompt()`.
 * @throws VaultboxError VBX_CANCELLED on Ctrl-C, Ctrl-D on an empty line, SIGINT and SIGTERM; the terminal is restored
 */
export async function promptHidden(question: string): Promise<string> {
  const input = process.stdin;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const decoder = new StringDecoder("utf8");
  let line = "";
  const onData = (chunk: Buffer): void => {
    const typed = typeInto(line, decoder.write(chunk));
    if (typed.state === "cancelled") return reject(cancelled());
    line = typed.line;
    if (typed.state === "entered") resolve(line);
  };
  const onStop = (): void => reject(cancelled());
  // Raw mode before the question: who answers at once must not see the answer
  input.setRawMode(true);
  writeQuestion(question);
  input.on("data", onData).once("end", onStop);
  process.once("SIGINT", onStop).once("SIGTERM", onStop);
  input.resume();
  try {
    return await promise;
  } finally {
    process.off("SIGINT", onStop).off("SIGTERM", onStop);
    input.off("data", onData).off("end", onStop);
    input.pause();
    input.setRawMode(false);
    writeLine("stderr", "");
  }
}

/** Twice, so that a typo doesn't lock the vault for ever. @throws VaultboxError VBX_USAGE, VBX_CANCELLED */
export async function promptNewPassphrase(question: string): Promise<string> {
  const first = await promptHidden(question);
  const second = await promptHidden("the same again: ");
  if (first === second) return first;
  throw new VaultboxError("VBX_USAGE", "the two passphrases are not the same");
}

/** A question that only `y` or `yes` answers with yes. @throws VaultboxError VBX_CANCELLED on Ctrl-C */
export async function promptYes(question: string): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  const stop = new AbortController();
  reader.once("SIGINT", () => stop.abort()).once("close", () => stop.abort());
  try {
    const text = `${toPrintable(question)} [y/N] `;
    const answer = await reader.question(text, { signal: stop.signal });
    return /^y(?:es)?$/i.test(answer.trim());
  } catch {
    // The only way out of the question but an answer
    writeLine("stderr", "");
    throw cancelled();
  } finally {
    reader.close();
  }
}

/** Applies what was typed or pasted: backspace, Ctrl-U, and keys that send an escape sequence and mean nothing here. */
export function typeInto(before: string, text: string): Typed {
  let line = before;
  // eslint-disable-next-line no-control-regex
  for (const [key] of text.matchAll(/\u001b(?:\[[0-?]*[ -/]*[@-~]|O.|)|[^]/gu)) {
    if (key === "\r" || key === "\n") return { state: "entered", line };
    if (key === "\u0003") return { state: "cancelled" };
    if (key === "\u0004") {
      return line === "" ? { state: "cancelled" } : { state: "entered", line };
    }
    if (key === "\u007f" || key === "\b") line = Array.from(line).slice(0, -1).join("");
    else if (key === "\u0015") line = "";
    else if (key >= " ") line += key;
  }
  return { state: "open", line };
}

function cancelled(): VaultboxError {
  return new VaultboxError("VBX_CANCELLED", "cancelled");
}
