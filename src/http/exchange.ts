// One request of a client and the way to answer it. Each protocol that clients speak makes these (proxy/client), each that
// upstreams speak takes the request on and gives an UpstreamAnswer (proxy/upstream); all between the two knows no protocol.
import type { Notable } from "../base/note.ts";
import type { Body, NextPiece } from "./body.ts";
import type { HeaderField } from "./header-fields.ts";
import type { HttpRequest } from "./http-request.ts";

/** The head of an answer, as any version of HTTP carries it. */
export interface HttpResponse extends Notable {
  readonly status: number;
  /** HTTP/1's own words for the status; undefined for the usual ones */
  readonly phrase?: string | undefined;
  readonly headers: readonly HeaderField[];
}

/** What both ends count for the record. */
export interface ExchangeCounts {
  /** Bytes of bodies, without their framing */
  bytesUp: number;
  bytesDown: number;
}

export interface Exchange {
  readonly request: HttpRequest;
  /** Whoever reads it, a handler or the way upstream, reads on */
  readonly body: Body;
  /** Whether its connection is closed, whoever closed it */
  readonly isClosed: boolean;
  /** Whether the client has ended its side: it's taken to have given up */
  readonly isGone: boolean;
  /** Called once when that happens, or at once where it was before. */
  readonly onGone: (callback: (() => void) | undefined) => void;
  /**
   * Answers, piece by piece as the body comes, as fast as the client takes it.
   * @throws ResponseBroken
   */
  readonly respond: (head: HttpResponse, body: Body, counts: ExchangeCounts) => Promise<void>;
  /** An answer of the proxy's own, the last on its connection; it was decided that the request goes nowhere. */
  readonly refuse: (head: HttpResponse, body: string) => void;
  /** Agrees to the upgrade that the request asked for: from now on there are bytes each way. */
  readonly upgrade: (head: HttpResponse) => ByteStream;
  /** Breaks it off: the only way to say that an answer which has begun isn't whole. */
  readonly reset: () => void;
}

/** A connection after an upgrade, seen from one of its ends. */
export interface ByteStream {
  /** The next bytes of the peer, undefined at its end; rejects when the connection fails */
  readonly next: () => NextPiece;
  /** Undefined when more can be written at once. */
  readonly write: (bytes: Buffer) => Promise<void> | undefined;
  /** It may be silent for so long from now on, in milliseconds. */
  readonly stayOpen: (ms: number) => void;
  readonly end: () => void;
  readonly destroy: () => void;
}

/** The client is gone: nobody is left to answer. */
export class ClientAborted extends Error {}

/** The response broke off after its head was sent: the client's connection must break too, or it would look complete. */
export class ResponseBroken extends Error {
  readonly side: "client" | "upstream";

  constructor(side: "client" | "upstream", cause: unknown) {
    super(`the ${side} broke off the response`, { cause });
    this.side = side;
  }
}
