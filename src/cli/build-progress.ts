import { toPrintable } from "../printable.ts";
import type { BuildDisplay } from "../ui/BuildProgress.tsx";
import { printNote } from "./output.ts";

/** How many of the last lines the display shows */
const shownLines = 5;
const tickMs = 1000;

/** Takes the progress of image builds; disposing ends the display. */
export interface BuildReporter extends Disposable {
  readonly onProgress: (progress: { readonly step: string; readonly line: string }) => void;
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
  if (process.stderr.isTTY && process.env["TERM"] !== "dumb") return new TerminalReporter();
  let step = "";
  return {
    onProgress: (progress) => {
      if (progress.step !== step) printNote(progress.step);
      step = progress.step;
      if (options.everyLine) printNote(`  ${progress.line}`);
    },
    [Symbol.dispose]: () => undefined,
  };
}

class TerminalReporter implements BuildReporter {
  #display: BuildDisplay | undefined;
  #isOpen = true;
  #timer: NodeJS.Timeout | undefined;
  #step = "";
  #lines: string[] = [];
  #startedAt = 0;

  onProgress = ({ step, line }: { readonly step: string; readonly line: string }): void => {
    if (this.#timer === undefined) this.#start();
    if (step !== this.#step) this.#lines = [];
    this.#step = step;
    this.#lines = [...this.#lines, toPrintable(line)].slice(-shownLines);
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
