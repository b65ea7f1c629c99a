import { ClientAborted } from "../../http/exchange.ts";
import { Refusal } from "../../http/refusal.ts";
import { ClientEnd } from "./client-end.ts";
import { converse } from "./converse.ts";
import { StaleConnection } from "./read-response.ts";
import type { Upstream, UpstreamAnswer, UpstreamRequest } from "./upstream.ts";
import type { UpstreamConnection, UpstreamPool } from "./upstream-pool.ts";

// RFC 9110, section 9.2.2: may be sent again when a kept connection turns out to be closed
const idempotent = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/** Which connections a request may go on: `recent` is one that can hardly have been closed meanwhile. */
type Reuse = "any" | "recent" | "no";

/** Upstreams that speak HTTP/1: one request at a time on each connection, which is kept for the next one. */
export class Http1Upstream implements Upstream {
  readonly #pool: UpstreamPool;

  constructor(pool: UpstreamPool) {
    this.#pool = pool;
  }

  async send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    // Nothing that the sandbox's requests left on a connection can be part of an answer to vaultbox itself
    if (request.client === undefined) return this.#attempt(request, "no");
    const isRepeatable = idempotent.has(request.method) && request.body.length === "none";
    try {
      return await this.#attempt(request, isRepeatable ? "any" : "recent");
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      // Closed by the upstream before it read a byte of this request, as far as a client can know
      if (isRepeatable) return this.#attempt(request, "no");
      throw new Refusal(
        502,
        "upstream-unreachable",
        "the upstream closed the connection before it answered",
      );
    }
  }

  #attempt(request: UpstreamRequest, reuse: Reuse): Promise<UpstreamAnswer> {
    const { authority, credential, client } = request;
    const end = new ClientEnd();
    // As most servers do, a client that ends its side is taken to have given up
    client?.onGone(() => end.come());
    const kept = reuse === "no" ? undefined : this.#pool.take(authority, credential, reuse);
    return this.#converse(request, kept ?? this.#dial(request, end), end);
  }

  async #converse(
    request: UpstreamRequest,
    connection: UpstreamConnection | Promise<UpstreamConnection>,
    end: ClientEnd,
  ): Promise<UpstreamAnswer> {
    try {
      const upstream = connection instanceof Promise ? await connection : connection;
      // The end of the client may have come before, or while the connection was made
      if (request.client?.isGone === true) {
        this.#pool.discard(upstream);
        throw new ClientAborted();
      }
      end.upstream = upstream;
      request.record.address = upstream.address;
      return await converse({ request, upstream, end, pool: this.#pool });
    } catch (error) {
      request.client?.onGone(undefined);
      throw end.aborted ?? error;
    }
  }

  async #dial(request: UpstreamRequest, end: ClientEnd): Promise<UpstreamConnection> {
    const { authority, credential, client, patience } = request;
    if (end.aborted !== undefined) throw end.aborted;
    const signal = client === undefined ? AbortSignal.timeout(patience.headMs) : end.signal();
    return this.#pool.dial(authority, credential, signal);
  }
}
