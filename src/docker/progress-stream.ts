import { createInterface } from "node:readline";
import { stripVTControlCharacters } from "node:util";
import type { Readable } from "node:stream";
import { EngineApiError } from "./engine-error.ts";

/**
 * Reads the JSON lines that the engine sends while it pulls, imports or builds. Calls `onLine` for each line of text.
 * @throws EngineApiError with the engine's message when the work failed: the HTTP status was sent before it began
 */
export async function followProgress(
  body: Readable,
  onLine: (line: string) => void,
): Promise<void> {
  let failure: string | undefined;
  for await (const line of createInterface({ input: body, crlfDelay: Infinity })) {
    if (line.trim() === "") continue;
    const entry = parseEntry(line);
    failure ??= entry.failure;
    // The classic builder puts colours around what a command says on stderr
    for (const text of stripVTControlCharacters(entry.text).split(/[\r\n]+/)) {
      if (text.trim() !== "") onLine(text.trimEnd());
    }
  }
  if (failure !== undefined) throw new EngineApiError(200, failure);
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
  return { text: entry.id === undefined ? entry.status : `${entry.id}: ${entry.status}` };
}
