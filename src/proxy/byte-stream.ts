import type { Duplex } from "node:stream";
import type { ByteStream } from "../http/exchange.ts";
import { type ByteSource, drained } from "./byte-source.ts";
import { type Deadline, within } from "./deadlines.ts";

/** What is left of a connection once both of its ends agreed to an upgrade. */
export function openByteStream(connection: {
  readonly socket: Duplex;
  readonly source: ByteSource;
  readonly deadline: Deadline;
}): ByteStream {
  const { socket, source, deadline } = connection;
  return {
    next: () => source.next(),
    write: (bytes) => (socket.write(bytes) ? undefined : drained(socket)),
    stayOpen: (ms) => within(deadline, ms),
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
  };
}
