/** How long requests are worked on one right after the other, `ms` */
const budgetMs = 20;

/**
 * Lets timers, signals and other connections have their turn between requests, however many came at once and however long
 * each takes: beyond the budget there's one request in a turn of the event loop.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  /** When work began in this turn of the event loop */
  #startedAt: number | undefined;

  /** Undefined when the work on a request may go on; else resolves when it may, in the order of those who ask. */
  take(): Promise<void> | undefined {
    const now = performance.now();
    if (this.#startedAt === undefined) this.#begin(now);
    else if (this.#waiting.length > 0 || now - this.#startedAt >= budgetMs) {
      return new Promise((resolve) => this.#waiting.push(resolve));
    }
    return undefined;
  }

  #begin(now: number): void {
    this.#startedAt = now;
    setImmediate(this.#end);
  }

  readonly #end = (): void => {
    this.#startedAt = undefined;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    this.#begin(performance.now());
    next();
  };
}
