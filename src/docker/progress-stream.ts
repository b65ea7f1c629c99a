import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { EngineApiError } from "./engine-error.ts";

/** Characters of a line without an end; the rest of it is left out */
const maxLineLength = 16 * 1024;

/**
 * Reads the JSON lines that the engine sends while it pulls, imports or builds. Calls `onLine` for each line of text,
 * whatever pieces the engine sends it in.
 * @throws EngineApiError with the engine's message when the work failed: the HTTP status was sent before it began
 */
export async function followProgress(
  body: Readable,
  onLine: (line: string) => void,
): Promise<void> {
  let failure: string | undefined;
  const output = new OutputLines(onLine);
  for await (const line of createInterface({ input: body, crlfDelay: Infinity })) {
    if (line.trim() === "") continue;
    const entry = parseEntry(line);
    failure ??= entry.failure;
    output.add(entry.text);
  }
  output.end();
  if (failure !== undefined) throw new EngineApiError(200, failure);
}

/** Makes lines of the pieces of an output: a command's writes become pieces, wherever they end. */
class OutputLines {
  readonly #onLine: (line: string) => void;
  #rest = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  add(piece: string): void {
    const lines = piece.split(/[\r\n]+/);
    const last = lines.pop() ?? "";
    for (const line of lines) {
      this.#hold(line);
      this.end();
    }
    this.#hold(last);
  }

  #hold(text: string): void {
    this.#rest = (this.#rest + text).slice(0, maxLineLength);
  }

  end(): void {
    if (this.#rest.trim() !== "") this.#onLine(this.#rest.trimEnd());
    this.#rest = "";
  }
}

function parseEntry(line: string): { text: string; failure?: string } {
  const entry = JSON.parse(line) as {
    stream?: string;
    status?: string;
    id?: string;
    error?: string;
    errorDetail?: { message?: string };
  };
  const failure = entry.errorDetail?.message ?? entry.error;
  if (failure !== undefined) return { text: "", failure };
  if (entry.status === undefined) return { text: entry.stream ?? "" };
  return { text: `${entry.id === undefined ? "" : `${entry.id}: `}${entry.status}\n` };
}
