// The way to upstreams. Each protocol that upstreams speak is one more implementation; which one an origin gets is decided
// where it's dialled.
import type { Authority } from "../../http/authority.ts";
import type { Body } from "../../http/body.ts";
import type { ByteStream, Exchange, HttpResponse } from "../../http/exchange.ts";
import type { HeaderField } from "../../http/header-fields.ts";
import type { HttpRequest } from "../../http/http-request.ts";

export interface Upstream {
  /**
   * Sends a request, and gives the head of its answer once that is there.
   * @throws Refusal 502/504; ClientAborted when the client gave up meanwhile
   */
  readonly send: (request: UpstreamRequest) => Promise<UpstreamAnswer>;
}

/** A request as it goes upstream: decided, recorded, with its credentials on it. */
export interface UpstreamRequest {
  readonly authority: Authority;
  /** `vault/name` of each credential on it, or empty: connections are kept for these only */
  readonly credential: string;
  readonly method: string;
  /** Path and query */
  readonly target: string;
  readonly headers: readonly HeaderField[];
  readonly body: Body;
  readonly upgrade: HttpRequest["upgrade"];
  readonly takesTrailers: boolean;
  /** What is known of it for the record, as soon as it is */
  readonly record: { bytesUp: number; address: string | undefined };
  /** Told all bytes before they are sent. @throws Refusal when they are too many */
  readonly countUpload: (bytes: number) => void;
  /** Who waits for the answer: its end is the request's end. Undefined for vaultbox itself, which reuses no connection */
  readonly client: Pick<Exchange, "isGone" | "onGone"> | undefined;
  /** How long the upstream may take for its head, and be silent in its body. Milliseconds */
  readonly patience: { readonly headMs: number; readonly silenceMs: number };
}

export interface UpstreamAnswer {
  readonly head: HttpResponse;
  readonly body: Body;
  /** Set when the upstream agreed to the upgrade */
  readonly upgraded?: ByteStream | undefined;
  /** `work`, unless the rest of the request, which is still being sent, fails first. */
  readonly unlessSendingFails: <T>(work: Promise<T>) => Promise<T>;
  /** The exchange is over: keeps the connection for another one where that is safe, else closes it. */
  readonly close: () => void;
}
