import type { Duplex } from "node:stream";
import type { ByteSource } from "../byte-source.ts";
import { type Deadline, within } from "../deadlines.ts";
import { proxyLimits } from "../limits.ts";

/** The client's end of the proxy: a link connection, or the decrypted side of one. */
export interface ClientSide {
  readonly socket: Duplex;
  readonly source: ByteSource;
  /** Ends the connection when a phase takes too long */
  readonly deadline: Deadline;
  /** It waits for a request head, and may be closed to make room; until `busy` */
  readonly waiting: () => void;
  readonly busy: () => void;
}

/**
 * Ends our side and closes once the client has all of it: a slow reader gets its time, and what it still sends is read
 * meanwhile and for a moment after, so that the last answer isn't lost to a reset.
 * @param mostBytes how much of it is read at most
 */
export async function finish(
  client: ClientSide,
  mostBytes: number = Number.POSITIVE_INFINITY,
): Promise<void> {
  const { promise: flushed, resolve } = Promise.withResolvers<void>();
  within(client.deadline, proxyLimits.writeIdleMs);
  client.socket.end(() => {
    within(client.deadline, proxyLimits.lingerMs);
    resolve();
  });
  await client.source.discard(mostBytes);
  await flushed;
  client.socket.destroy();
}
