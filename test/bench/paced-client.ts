import { setTimeout as pause } from "node:timers/promises";
import type { LoadConnection } from "./load-connection.ts";
import { type Figures, quantile } from "./measurement.ts";

/** Between an answer and the next request, ms. */
const pauseMs = 1;
/** Requests on one connection before the next one is made. */
const requestsEach = 10;
/** A connection that wasn't made, or a request without an answer, counts as so long, ms: a client would try again. */
const lostMs = 10_000;

/** How one request went. */
interface Asked {
  readonly isNew: boolean;
  readonly tookMs: number;
}

/**
 * An ordinary client: one request after the other with a pause between, and a new connection every now and then. A kept
 * connection may be closed at any time, so what fails on one is asked once more on a new one, as clients do.
 */
export async function measurePaced(
  open: () => Promise<LoadConnection>,
  head: string,
  durationMs: number,
): Promise<Figures> {
  const client = new PacedClient(open, head);
  const asked: Asked[] = [];
  const start = performance.now();
  while (performance.now() - start < durationMs) {
    asked.push(await client.ask());
    await pause(pauseMs);
  }
  client.close();
  const kept = timesOf(asked, false);
  return {
    count: asked.length,
    p50Ms: quantile(kept, 0.5),
    p99Ms: quantile(kept, 0.99),
    newP99Ms: quantile(timesOf(asked, true), 0.99),
    failures: client.failures,
  };
}

function timesOf(asked: readonly Asked[], isNew: boolean): readonly number[] {
  const times = asked.filter((one) => one.isNew === isNew).map(({ tookMs }) => tookMs);
  return times.toSorted((a, b) => a - b);
}

class PacedClient {
  failures = 0;
  readonly #open: () => Promise<LoadConnection>;
  readonly #head: string;
  #connection: LoadConnection | undefined;
  #left = 0;

  constructor(open: () => Promise<LoadConnection>, head: string) {
    this.#open = open;
    this.#head = head;
  }

  async ask(): Promise<Asked> {
    const before = performance.now();
    const isNew = this.#left === 0 || this.#connection?.isClosed() !== false;
    this.#left = isNew ? requestsEach - 1 : this.#left - 1;
    try {
      if (isNew) await this.#connect();
      await this.#send().catch((error: unknown) => {
        if (isNew) throw error;
        return this.#connect().then(() => this.#send());
      });
    } catch {
      // Whatever it was: the client has no answer
      this.failures += 1;
      this.#left = 0;
      return { isNew, tookMs: lostMs };
    }
    return { isNew, tookMs: performance.now() - before };
  }

  close(): void {
    this.#connection?.close();
  }

  async #connect(): Promise<void> {
    this.close();
    this.#connection = await this.#open();
  }

  async #send(): Promise<void> {
    await this.#connection?.send(this.#head);
  }
}
