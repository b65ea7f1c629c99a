import type { Hold } from "../../http/hold.ts";
import { proxyLimits } from "../limits.ts";
import { Refusal } from "../../http/refusal.ts";

interface Waiter {
  readonly bytes: number;
  readonly proceed: () => void;
}

/**
 * One account for the memory of all that one session's proxy holds back on behalf of clients: bodies that are read before
 * they are decided, answers that are rewritten, lists of an upstream's refs. What is streamed isn't held.
 */
export class HeldBytes {
  readonly #most: number;
  readonly #waitMs: number;
  readonly #waiting = new Set<Waiter>();
  #held = 0;

  constructor(most: number = proxyLimits.heldBytes, waitMs: number = proxyLimits.heldBytesWaitMs) {
    this.#most = most;
    this.#waitMs = waitMs;
  }

  /** Bytes of memory that are spoken for now. */
  get held(): number {
    return this.#held;
  }

  /** What one request, or one look at a push, holds: nothing yet. Disposing it gives all of it back. */
  open(): Hold {
    return new OpenHold(this);
  }

  /** Waits for room. @throws Refusal 503 when there is none in time */
  async take(bytes: number): Promise<void> {
    if (this.tryTake(bytes)) return;
    if (bytes > this.#most) throw noRoom();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter: Waiter = { bytes, proceed: resolve };
    const timer = setTimeout(() => reject(noRoom()), this.#waitMs);
    this.#waiting.add(waiter);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(waiter);
    }
  }

  /** Whether there was room. */
  tryTake(bytes: number): boolean {
    if (this.#held + bytes > this.#most) return false;
    this.#held += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#held -= bytes;
    // Whoever fits goes on: a small request doesn't wait behind a large one
    for (const waiter of this.#waiting) {
      if (!this.tryTake(waiter.bytes)) continue;
      this.#waiting.delete(waiter);
      waiter.proceed();
    }
  }
}

class OpenHold implements Hold {
  readonly #account: HeldBytes;
  #bytes = 0;
  #isOver = false;

  constructor(account: HeldBytes) {
    this.#account = account;
  }

  async take(bytes: number): Promise<void> {
    await this.#account.take(bytes);
    if (this.#isOver) this.#account.give(bytes);
    else this.#bytes += bytes;
  }

  grow(bytes: number): void {
    if (this.#isOver || !this.#account.tryTake(bytes)) throw noRoom();
    this.#bytes += bytes;
  }

  shrinkTo(bytes: number): void {
    const freed = this.#bytes - bytes;
    if (freed <= 0) return;
    this.#bytes = bytes;
    this.#account.give(freed);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.shrinkTo(0);
  }
}

function noRoom(): Refusal {
  return new Refusal(
    503,
    "limit-exceeded",
    "too many large requests are looked into at one time; try again when they are done",
  );
}
