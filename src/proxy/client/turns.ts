/** How long requests are worked on one right after the other, `ms` */
const budgetMs = 20;

/**
 * Lets timers, signals and other connections have their turn between requests, however many came at once and however long
 * each takes. Nothing is asked of the event loop before the budget is used up: where it's idle, each turn costs.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  /** When the event loop last had its turn, as far as we know */
  #since = performance.now();

  /** Undefined when the work on a request may go on; else resolves when it may, in the order of those who ask. */
  take(): Promise<void> | undefined {
    if (this.#waiting.length === 0) {
      if (!this.#isUsedUp()) return undefined;
      setImmediate(this.#begin);
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #isUsedUp(): boolean {
    return performance.now() - this.#since >= budgetMs;
  }

  readonly #begin = (): void => {
    this.#since = performance.now();
    this.#release();
  };

  #release(): void {
    this.#waiting.shift()?.();
    // Behind all that the one just released does at once: ticks come when no microtask is left
    if (this.#waiting.length > 0) queueMicrotask(() => process.nextTick(this.#goOn));
  }

  readonly #goOn = (): void => {
    if (this.#isUsedUp()) setImmediate(this.#begin);
    else this.#release();
  };
}
