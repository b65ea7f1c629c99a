import type { Secret } from "../base/redact.ts";

/** How long what a command gave is kept although a server refuses it, `ms`: a sandbox can have any number refused. */
const leastAgeMs = 60_000;

/** What a source command gives: one run for all who ask at the same time and after. A failed run isn't kept. */
export class CommandSecret {
  readonly #read: () => Promise<Secret>;
  readonly #now: () => number;
  #run: { readonly secret: Promise<Secret>; readonly startedAt: number } | undefined;
  #value: Secret | undefined;

  /** @param now `ms`, for tests */
  constructor(read: () => Promise<Secret>, now: () => number = () => performance.now()) {
    this.#read = read;
    this.#now = now;
  }

  async get(): Promise<Secret> {
    this.#run ??= { secret: this.#read(), startedAt: this.#now() };
    const run = this.#run;
    try {
      this.#value = await run.secret;
      return this.#value;
    } catch (error) {
      if (this.#run === run) this.#run = undefined;
      throw error;
    }
  }

  /** A server refused this secret: the next `get` runs the command again, at most once a minute. */
  reject(secret: Secret): void {
    if (this.#value !== secret || this.#run === undefined) return;
    if (this.#now() - this.#run.startedAt < leastAgeMs) return;
    this.#run = undefined;
  }
}
