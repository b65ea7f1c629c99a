import type { Duplex } from "node:stream";

/** The relay's end of the link. */
export interface RelayLink {
  readonly kind: "unix" | "stdio";
  /** A new stream to the proxy; it may fail later with `error` and `close` */
  readonly connect: () => Duplex;
  /** Resolves with the reason when the host is gone */
  readonly closed: Promise<string>;
  readonly close: () => void;
}
