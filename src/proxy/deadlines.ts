/** Something that must go on within a time, or is ended. */
export interface Deadline {
  /** Milliseconds on the clock of `performance.now()`; Infinity for none */
  at: number;
  readonly expire: () => void;
}

const tickMs = 500;

/**
 * One coarse timer for all connections: setting a deadline is an assignment, where a timer for each phase of each
 * request would cost more than parsing its head. Late by half a second at most.
 */
export class Deadlines {
  readonly #all = new Set<Deadline>();
  #timer: NodeJS.Timeout | undefined;

  add(expire: () => void): Deadline {
    const deadline: Deadline = { at: Number.POSITIVE_INFINITY, expire };
    this.#all.add(deadline);
    this.#timer ??= setInterval(() => this.#tick(), tickMs).unref();
    return deadline;
  }

  delete(deadline: Deadline): void {
    this.#all.delete(deadline);
    if (this.#all.size === 0) this.close();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #tick(): void {
    const now = performance.now();
    for (const deadline of this.#all) {
      if (deadline.at > now) continue;
      deadline.at = Number.POSITIVE_INFINITY;
      deadline.expire();
    }
  }
}

/** Sets `deadline` to `ms` from now. */
export function within(deadline: Deadline, ms: number): void {
  deadline.at = performance.now() + ms;
}
