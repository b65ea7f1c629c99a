import { toPrintable } from "../base/printable.ts";
import { formatElapsed } from "../base/units.ts";
import type { BuildDisplay } from "../ui/BuildProgress.tsx";
import { printNote } from "./output.ts";

/** How many of the last lines the display shows */
const shownLines = 5;
const tickMs = 1000;
/** How often plain text says that a step goes on */
const quietMs = 30_000;

interface Progress {
  readonly step: string;
  readonly line: string;
}

/** Takes the progress of image builds; disposing ends the display. */
export interface BuildReporter extends Disposable {
  readonly onProgress: (progress: Progress) => void;
}

export interface BuildReporterOptions {
  /** Every line of output, not only the steps; for plain text */
  readonly everyLine: boolean;
}

/**
 * On a terminal a display of the step and its last lines, otherwise plain lines on stderr. Nothing is loaded or shown
 * before the first progress: when the image is there, this costs nothing.
 */
export function openBuildReporter(options: BuildReporterOptions): BuildReporter {
  const isTerminal = process.stderr.isTTY && process.env["TERM"] !== "dumb";
  return isTerminal ? new TerminalReporter() : new PlainReporter(options);
}

/** A line for each step, and one now and then while it lasts: a log shows that the work goes on. */
class PlainReporter implements BuildReporter {
  readonly #options: BuildReporterOptions;
  #last: Progress = { step: "", line: "" };
  #startedAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: BuildReporterOptions) {
    this.#options = options;
  }

  onProgress = (progress: Progress): void => {
    const { step, line } = progress;
    if (step !== this.#last.step) {
      printNote(step);
      this.#startedAt = performance.now();
    }
    this.#last = progress;
    this.#timer ??= setInterval(() => this.#goOn(), quietMs).unref();
    if (!this.#options.everyLine || line === "") return;
    printNote(`  ${line}`);
    this.#timer.refresh();
  };

  #goOn(): void {
    const { step, line } = this.#last;
    const past = formatElapsed(this.#startedAt);
    printNote(`  ${step}: ${past} so far${line === "" ? "" : `, at: ${line}`}`);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

class TerminalReporter implements BuildReporter {
  #display: BuildDisplay | undefined;
  #isOpen = true;
  #timer: NodeJS.Timeout | undefined;
  #step = "";
  #lines: string[] = [];
  #startedAt = 0;

  onProgress = ({ step, line }: Progress): void => {
    if (this.#timer === undefined) this.#start();
    const name = toPrintable(step);
    if (name !== this.#step) this.#lines = [];
    this.#step = name;
    if (line !== "") this.#lines = [...this.#lines, toPrintable(line)].slice(-shownLines);
    this.#show();
  };

  #start(): void {
    this.#startedAt = performance.now();
    this.#timer = setInterval(() => this.#show(), tickMs);
    this.#timer.unref();
    void import("../ui/BuildProgress.tsx").then(({ openBuildDisplay }) => {
      if (!this.#isOpen) return;
      this.#display = openBuildDisplay(process.stderr);
      this.#show();
    });
  }

  #show(): void {
    const seconds = Math.round((performance.now() - this.#startedAt) / 1000);
    this.#display?.show({ step: this.#step, lines: this.#lines, seconds });
  }

  [Symbol.dispose](): void {
    this.#isOpen = false;
    clearInterval(this.#timer);
    this.#display?.close();
  }
}
