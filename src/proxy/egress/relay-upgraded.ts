import type { Body } from "../../http/body.ts";
import type { ByteStream, ExchangeCounts } from "../../http/exchange.ts";
import type { IncomingRequest } from "../../http/incoming-request.ts";
import { Refusal } from "../../http/refusal.ts";
import { proxyLimits } from "../limits.ts";

/** Connections that were upgraded and are open. What was allowed when they began may be refused by another policy. */
export class UpgradedConnections {
  readonly #open = new Map<IncomingRequest, (refusal: Refusal) => void>();

  /** Disposing it takes the connection out. @param end told why it may not go on */
  add(request: IncomingRequest, end: (refusal: Refusal) => void): Disposable {
    this.#open.set(request, end);
    return { [Symbol.dispose]: () => void this.#open.delete(request) };
  }

  /** Ends each that is refused now. */
  decideAgain(findRefusal: (request: IncomingRequest) => Refusal | undefined): void {
    for (const [request, end] of this.#open) {
      const refusal = findRefusal(request);
      if (refusal !== undefined) end(refusal);
    }
  }
}

/**
 * Passes bytes both ways until one side ends, after an upgrade that the client asked for and a rule allowed.
 * @throws Refusal that ended it, if one did, and nothing else
 */
export async function relayUpgraded(parts: {
  readonly client: ByteStream;
  readonly upstream: ByteStream;
  /** What the upstream sends, as it may go on to the client */
  readonly down: Body;
  readonly counts: ExchangeCounts;
  /** @throws Refusal when the bytes are more than may be uploaded */
  readonly countUpload: (bytes: number) => void;
  /** Rejects with the refusal when it may not go on */
  readonly ended: Promise<never>;
}): Promise<void> {
  const { client, upstream, down, counts, countUpload, ended } = parts;
  const isAlive = (): void => {
    client.stayOpen(proxyLimits.webSocketIdleMs);
    upstream.stayOpen(proxyLimits.webSocketIdleMs);
  };
  isAlive();
  const sent = pipe(client, upstream, (bytes) => {
    isAlive();
    countUpload(bytes);
    counts.bytesUp += bytes;
  });
  const received = pipe(down, client, (bytes) => {
    isAlive();
    counts.bytesDown += bytes;
  });
  try {
    // Once one side has ended, the other gets the time of a close handshake. The end of the client isn't passed on before
    // that: many servers drop the answer to a last frame when the connection's end comes with it
    await Promise.race([sent, received.finally(() => client.end()), ended]);
    await Promise.race([Promise.all([sent, received]), pause(proxyLimits.closeHandshakeMs), ended]);
  } finally {
    upstream.destroy();
  }
}

/** Resolves at the end of `from`. @throws Refusal of `count` */
async function pipe(
  from: Pick<Body, "next">,
  to: ByteStream,
  count: (bytes: number) => void,
): Promise<void> {
  try {
    for (;;) {
      const bytes = await from.next();
      if (bytes === undefined) return;
      count(bytes.length);
      const written = to.write(bytes);
      if (written !== undefined) await written;
    }
  } catch (error) {
    // Both ends are broken off for it once it's recorded; before, it would look as if the client had done so
    if (error instanceof Refusal) throw error;
    // Either side may break off at any time; the outcome record says how much went through
    to.destroy();
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
