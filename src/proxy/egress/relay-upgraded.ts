import type { ByteStream, ExchangeCounts } from "../../http/exchange.ts";
import { Refusal } from "../../http/refusal.ts";
import { proxyLimits } from "../limits.ts";

/**
 * Passes bytes both ways until one side ends, after an upgrade that the client asked for and a rule allowed.
 * @returns the refusal that ended it, if one did; never rejects
 */
export async function relayUpgraded(parts: {
  readonly client: ByteStream;
  readonly upstream: ByteStream;
  readonly counts: ExchangeCounts;
  /** @throws Refusal when the bytes are more than may be uploaded */
  readonly countUpload: (bytes: number) => void;
}): Promise<Refusal | undefined> {
  const { client, upstream, counts, countUpload } = parts;
  const isAlive = (): void => {
    client.stayOpen(proxyLimits.webSocketIdleMs);
    upstream.stayOpen(proxyLimits.webSocketIdleMs);
  };
  isAlive();
  const up = pipe(client, upstream, (bytes) => {
    isAlive();
    countUpload(bytes);
    counts.bytesUp += bytes;
  });
  const down = pipe(upstream, client, (bytes) => {
    isAlive();
    counts.bytesDown += bytes;
  });
  // Once one side has ended, the other gets the time of a close handshake. The end of the client isn't passed on before
  // that: many servers drop the answer to a last frame when the connection's end comes with it
  const first = await Promise.race([up, down.finally(() => client.end())]);
  if (first === undefined) {
    await Promise.race([Promise.all([up, down]), pause(proxyLimits.closeHandshakeMs)]);
  }
  upstream.destroy();
  return first;
}

/** Resolves at the end of `from`, with the refusal if `count` threw one; never rejects. */
async function pipe(
  from: ByteStream,
  to: ByteStream,
  count: (bytes: number) => void,
): Promise<Refusal | undefined> {
  try {
    for (;;) {
      const bytes = await from.next();
      if (bytes === undefined) return undefined;
      count(bytes.length);
      const written = to.write(bytes);
      if (written !== undefined) await written;
    }
  } catch (error) {
    // Either side may break off at any time; the outcome record says how much went through
    to.destroy();
    return error instanceof Refusal ? error : undefined;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}
