import { ClientAborted } from "../client/client-body.ts";
import type { ClientSide } from "../client/client-side.ts";
import { converse } from "./converse.ts";
import type { ForwardedRequest } from "./forwarded-request.ts";
import type { ProxyContext } from "../proxy-context.ts";
import { StaleConnection } from "./read-response.ts";
import { Refusal } from "../../http/refusal.ts";
import type { UpstreamConnection } from "../upstream/upstream-pool.ts";

// RFC 9110, section 9.2.2: may be sent again when a kept connection turns out to be closed
const idempotent = new Set(["GET", "HEAD", "OPTIONS", "PUT", "DELETE"]);

/**
 * Sends the request, streams both bodies, and leaves both connections reusable or closed.
 * @throws Refusal 502/504 as long as the client has got nothing
 */
export async function forward(
  context: ProxyContext,
  client: ClientSide,
  request: ForwardedRequest,
): Promise<"keep" | "close"> {
  const isRepeatable = idempotent.has(request.head.method) && request.head.body.kind === "none";
  try {
    return await attempt(context, client, { request, reuse: isRepeatable ? "any" : "recent" });
  } catch (error) {
    if (!(error instanceof StaleConnection)) throw error;
    // Closed by the upstream before it read a byte of this request, as far as a client can know
    if (isRepeatable) return attempt(context, client, { request, reuse: "no" });
    throw new Refusal(
      502,
      "upstream-unreachable",
      "the upstream closed the connection before it answered",
    );
  }
}

async function attempt(
  context: ProxyContext,
  client: ClientSide,
  { request, reuse }: { request: ForwardedRequest; reuse: "any" | "recent" | "no" },
): Promise<"keep" | "close"> {
  const { authority, credential, record } = request;
  let upstream: UpstreamConnection | undefined;
  let dialling: AbortController | undefined;
  let aborted: ClientAborted | undefined;
  // As most servers do, a client that ends its side is taken to have given up
  client.source.onEnd(() => {
    aborted = new ClientAborted("the client ended the connection");
    dialling?.abort(aborted);
    upstream?.socket.destroy();
  });
  client.deadline.at = Number.POSITIVE_INFINITY;
  try {
    upstream = reuse === "no" ? undefined : context.pool.take(authority, credential, reuse);
    if (upstream === undefined && aborted === undefined) {
      dialling = new AbortController();
      upstream = await context.pool.dial(authority, credential, dialling.signal);
    }
    // The end of the client may have come while the connection was made
    if (upstream === undefined || client.source.isGone) throw aborted;
    record.address = upstream.address;
    const outcome = await converse(context, client, { request, upstream });
    if (outcome.upstream === "keep") context.pool.release(upstream);
    else context.pool.discard(upstream);
    return outcome.client;
  } catch (error) {
    if (upstream !== undefined) context.pool.discard(upstream);
    throw aborted ?? error;
  } finally {
    client.source.onEnd(undefined);
  }
}
