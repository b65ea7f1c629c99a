import { Refusal } from "../../http/refusal.ts";
import { ClientEnd } from "./client-end.ts";
import { converse } from "./converse.ts";
import type { Upstream, UpstreamAnswer, UpstreamRequest } from "./upstream.ts";
import type { UpstreamConnection, UpstreamPool } from "./upstream-pool.ts";

// RFC 9110, section 9.2.2: may be sent again when a kept connection turns out to be closed
const idempotent = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/** Upstreams that speak HTTP/1: one request at a time on each connection, which is kept for the next one. */
export class Http1Upstream implements Upstream {
  readonly #pool: UpstreamPool;

  constructor(pool: UpstreamPool) {
    this.#pool = pool;
  }

  send(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { authority, credential, client } = request;
    // Nothing that the sandbox's requests left on a connection can be part of an answer to vaultbox itself
    if (client === undefined) return this.#dialFor(request);
    const reuse = isRepeatable(request) ? "any" : "recent";
    const upstream = this.#pool.take(authority, credential, reuse);
    if (upstream === undefined) return this.#dialFor(request);
    return converse({
      request,
      upstream,
      pool: this.#pool,
      end: new ClientEnd(client),
      onStale: this.#onStale,
    });
  }

  async #dialFor(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { authority, credential, client, patience } = request;
    const end = new ClientEnd(client);
    let upstream: UpstreamConnection;
    try {
      if (end.aborted !== undefined) throw end.aborted;
      const signal = client === undefined ? AbortSignal.timeout(patience.headMs) : end.signal();
      upstream = await this.#pool.dial(authority, credential, signal);
    } catch (error) {
      end.forget();
      throw end.aborted ?? error;
    }
    return converse({ request, upstream, pool: this.#pool, end, onStale: this.#onStale });
  }

  /** Closed by the upstream before it read a byte of this request, as far as a client can know. */
  readonly #onStale = (request: UpstreamRequest): Promise<UpstreamAnswer> => {
    if (isRepeatable(request)) return this.#dialFor(request);
    throw new Refusal(
      502,
      "upstream-unreachable",
      "the upstream closed the connection before it answered",
    );
  };
}

function isRepeatable({ method, body }: UpstreamRequest): boolean {
  return idempotent.has(method) && body.length === "none";
}
