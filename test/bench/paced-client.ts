import { setTimeout as pause } from "node:timers/promises";
import type { LoadConnection } from "./load-connection.ts";
import { type Figures, quantile } from "./measurement.ts";

/** Between an answer and the next request, ms. */
const pauseMs = 1;
/** Requests on one connection before the next one is made. */
const requestsEach = 10;

/** How one request went: how long it took, or why there was no answer. */
type Asked = { readonly isNew: boolean } & (
  | { readonly tookMs: number }
  | { readonly failure: string }
);

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
  const failures = asked.flatMap((one) => ("failure" in one ? [one.failure] : []));
  const [failure] = failures;
  return {
    count: asked.length,
    p50Ms: quantile(kept, 0.5),
    p99Ms: quantile(kept, 0.99),
    newP99Ms: quantile(timesOf(asked, true), 0.99),
    failures: failures.length,
    ...(failure === undefined ? {} : { failure }),
  };
}

function timesOf(asked: readonly Asked[], isNew: boolean): readonly number[] {
  const times = asked.flatMap((one) =>
    one.isNew === isNew && "tookMs" in one ? [one.tookMs] : [],
  );
  return times.toSorted((a, b) => a - b);
}

class PacedClient {
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
    } catch (error) {
      this.#left = 0;
      return { isNew, failure: error instanceof Error ? error.message : String(error) };
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
