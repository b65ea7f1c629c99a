import { maxGraphqlPieces } from "../../git/forge/github/graphql-pieces.ts";
import { proxyLimits } from "../limits.ts";
import { Refusal } from "../../http/refusal.ts";

/** Memory that bytes of text take while they are held and looked into, for each of them: measured at two to four. */
const textFactor = 4;

/** Memory of one value of JSON: an empty array or object in a list. Bytes. */
const jsonValueBytes = 100;

/** Values that a JSON text is read to at most (`git/strict-json.ts`). */
const maxJsonValues = 200_000;

/** Memory for a text of so many bytes. */
export function memoryOfText(bytes: number): number {
  return textFactor * bytes;
}

/** Memory for a JSON text of so many bytes, were it as full of values as it can be. */
export function memoryOfJson(bytes: number): number {
  return memoryOfText(bytes) + jsonValueBytes * Math.min(maxJsonValues, bytes / 2);
}

/** Memory of one piece of a GraphQL query while it's parsed and printed: measured at 110. Bytes. */
const graphqlPieceBytes = 120;

/** Memory for a JSON text of so many bytes that holds a GraphQL query, were it as full of pieces as it can be. */
export function memoryOfGraphql(bytes: number): number {
  return memoryOfJson(bytes) + graphqlPieceBytes * Math.min(maxGraphqlPieces, bytes);
}

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
    return new Hold(this);
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

/** Memory held for one purpose, until it's disposed. */
export class Hold implements Disposable {
  readonly #account: HeldBytes;
  #bytes = 0;
  #isOver = false;

  constructor(account: HeldBytes) {
    this.#account = account;
  }

  /** Takes more, and waits for it. @throws Refusal 503 when there is no room in time */
  async take(bytes: number): Promise<void> {
    await this.#account.take(bytes);
    if (this.#isOver) this.#account.give(bytes);
    else this.#bytes += bytes;
  }

  /** Takes more at once, for bytes that came already. @throws Refusal 503 when there is no room */
  grow(bytes: number): void {
    if (this.#isOver || !this.#account.tryTake(bytes)) throw noRoom();
    this.#bytes += bytes;
  }

  /** Gives back all but so much. */
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
