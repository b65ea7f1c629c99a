import { setTimeout as sleep } from "node:timers/promises";

/** How long what a vault gave is used without asking it again, `ms`. */
export const leaseMs = 250;

/** From this age on it's asked for again, so that no request waits for the answer, `ms`. */
const renewMs = leaseMs / 2;

/**
 * What a read gave, for as long as a lease: most requests find it in memory. Whoever changes what is read waits until all
 * leases have ended (`waitOutLeases`), so that a process which is stopped or busy can't miss it.
 */
export class Leased<Value> {
  readonly #read: () => Promise<Value>;
  readonly #now: () => number;
  #held: { readonly value: Value; readonly askedAt: number } | undefined;
  #reading: { readonly value: Promise<Value>; readonly askedAt: number } | undefined;

  /** @param now `ms`, for tests */
  constructor(read: () => Promise<Value>, now: () => number = () => performance.now()) {
    this.#read = read;
    this.#now = now;
  }

  /** Rejects as the read does; what was held is forgotten then. */
  get(): Value | Promise<Value> {
    const now = this.#now();
    const held = this.#held;
    if (held === undefined || now >= held.askedAt + leaseMs) return this.#ask(now);
    // Its failure is told to whoever asks next
    if (now >= held.askedAt + renewMs) this.#ask(now).catch(() => undefined);
    return held.value;
  }

  /** A read that began a lease ago may have seen what isn't there any more. */
  #ask(now: number): Promise<Value> {
    const reading = this.#reading;
    if (reading !== undefined && now < reading.askedAt + leaseMs) return reading.value;
    const value = this.#readNow(now);
    this.#reading = { value, askedAt: now };
    return value;
  }

  async #readNow(askedAt: number): Promise<Value> {
    try {
      const value = await this.#read();
      if (askedAt >= (this.#held?.askedAt ?? askedAt)) this.#held = { value, askedAt };
      return value;
    } catch (error) {
      this.#held = undefined;
      throw error;
    } finally {
      if (this.#reading?.askedAt === askedAt) this.#reading = undefined;
    }
  }
}

/** Resolves when no process holds what it read before now. */
export async function waitOutLeases(): Promise<void> {
  // Clocks of two processes tick alike, and timers of one fire early by a millisecond at most
  await sleep(leaseMs + 10);
}
