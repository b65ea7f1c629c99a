import type { Duplex } from "node:stream";
import type { ByteSource } from "../byte-source.ts";
import type { Deadline } from "../deadlines.ts";

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
