import type { GitProcess } from "./git-process.ts";

/** Limits the time that git is waited for, not the time that the client takes between two pieces. */
export class Patience {
  readonly #child: Pick<GitProcess, "kill">;
  #leftMs: number;
  isOver = false;

  constructor(child: Pick<GitProcess, "kill">, patienceMs: number) {
    this.#child = child;
    this.#leftMs = patienceMs;
  }

  async wait<Value>(work: Promise<Value>): Promise<Value> {
    const startedAt = performance.now();
    const timer = setTimeout(() => {
      this.isOver = true;
      this.#child.kill();
    }, this.#leftMs);
    try {
      return await work;
    } finally {
      clearTimeout(timer);
      this.#leftMs = Math.max(1, this.#leftMs - (performance.now() - startedAt));
    }
  }
}
