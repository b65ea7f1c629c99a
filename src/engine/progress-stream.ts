import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { EngineApiError } from "./engine-error.ts";
import { formatSize, plural } from "../base/units.ts";

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
  const layers = new PullProgress();
  for await (const line of createInterface({ input: body, crlfDelay: Infinity })) {
    if (line.trim() === "") continue;
    const entry = parseEntry(line);
    failure ??= entry.failure;
    const text = entry.layer === undefined ? entry.text : layers.add(entry.layer);
    if (text !== undefined) output.add(text);
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

interface Entry {
  readonly text: string;
  readonly failure?: string;
  readonly layer?: LayerState;
}

function parseEntry(line: string): Entry {
  const entry = JSON.parse(line) as {
    stream?: string;
    status?: string;
    id?: string;
    progressDetail?: { current?: number; total?: number };
    error?: string;
    errorDetail?: { message?: string };
  };
  const failure = entry.errorDetail?.message ?? entry.error;
  if (failure !== undefined) return { text: "", failure };
  const { status, id, progressDetail } = entry;
  if (status === undefined) return { text: entry.stream ?? "" };
  const text = `${id === undefined ? "" : `${id}: `}${status}\n`;
  if (id === undefined || progressDetail?.current === undefined) return { text };
  const { current, total } = progressDetail;
  return { text, layer: { id, status, bytes: current, totalBytes: total } };
}

/** How often a line says how far it is, in milliseconds */
const pauseMs = 1000;

/** What the engine says of one layer, again and again while it is fetched or unpacked. */
interface LayerState {
  readonly id: string;
  /** `Downloading`, `Extracting` … */
  readonly status: string;
  readonly bytes: number;
  /** Undefined where the registry doesn't say */
  readonly totalBytes: number | undefined;
}

/** Makes one line of the states of all layers, at most once a second. */
class PullProgress {
  readonly #layers = new Map<string, LayerState>();
  #saidAt = -pauseMs;

  /** @returns the line `Downloading: 120MB of 310MB, 3 layers`; undefined where nothing is to be said yet */
  add(layer: LayerState): string | undefined {
    this.#layers.set(layer.id, layer);
    const now = performance.now();
    if (now - this.#saidAt < pauseMs) return undefined;
    this.#saidAt = now;
    const same = [...this.#layers.values()].filter(({ status }) => status === layer.status);
    const bytes = same.reduce((sum, one) => sum + one.bytes, 0);
    const total = same.reduce((sum, one) => sum + (one.totalBytes ?? one.bytes), 0);
    return `${layer.status}: ${formatSize(bytes)} of ${formatSize(total)}, ${plural(same.length, "layer")}\n`;
  }
}
