import type { Authority } from "./authority.ts";
import { toHostHeader } from "./authority.ts";
import type { ClientSide } from "./client-side.ts";
import { within } from "./deadlines.ts";
import type { HeaderField } from "./http1/header.ts";
import type { RequestHead } from "./http1/request-head.ts";
import { type ResponseHead, responseFraming } from "./http1/response-head.ts";
import { serializeRequest } from "./http1/serialize.ts";
import { proxyLimits } from "./limits.ts";
import type { ProxyContext } from "./proxy-context.ts";
import { readFinalHead, StaleConnection } from "./read-response.ts";
import { Refusal } from "./refusal.ts";
import { ClientAborted, hasContent, RequestBodyPump } from "./request-body-pump.ts";
import type { RequestRecord } from "./request-record.ts";
import { relayResponse } from "./relay-response.ts";
import type { UpstreamConnection } from "./upstream-pool.ts";
import { relayWebSocket } from "./websocket.ts";

/** A request as it goes upstream, authorised and recorded. */
export interface ForwardedRequest {
  readonly head: RequestHead;
  readonly record: RequestRecord;
  readonly authority: Authority;
  /** `vault/name`, or empty */
  readonly credential: string;
  readonly headers: readonly HeaderField[];
  readonly target: string;
  readonly secret: string | undefined;
}

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

interface Conversation {
  readonly request: ForwardedRequest;
  readonly upstream: UpstreamConnection;
}

/** One request and its response on one upstream connection. */
async function converse(
  context: ProxyContext,
  client: ClientSide,
  { request, upstream }: Conversation,
): Promise<{ client: "keep" | "close"; upstream: "keep" | "close" }> {
  const { head } = request;
  const pump = new RequestBodyPump({ client, upstream, limiter: context.limiter, request });
  const sending = pump.run(toUpstreamHead(request));
  // Without a body it's all sent by now; else a broken upload ends the exchange
  const unlessItFails = <T>(work: Promise<T>): Promise<T> =>
    pump.isDone ? work : Promise.race([work, sending.then(never)]);
  within(upstream.deadline, proxyLimits.responseHeadMs);
  try {
    const response = await unlessItFails(
      readFinalHead(upstream, {
        onContinue: () => pump.continue(),
        isUpgrade: head.upgrade !== undefined,
      }),
    );
    pump.answered();
    if (response.status === 101) {
      await relayWebSocket({ client, upstream, response, request, limiter: context.limiter });
      return { client: "close", upstream: "close" };
    }
    return await unlessItFails(finish({ client, upstream, request, pump, response }));
  } finally {
    pump.stop();
  }
}

function toUpstreamHead(request: ForwardedRequest): string {
  const { head, authority, headers, target } = request;
  return serializeRequest({
    ...head,
    target,
    headers,
    host: toHostHeader(authority),
    // Without a body there is nothing to wait for; an Expect on such a request is how parsers are led apart
    expectsContinue: head.expectsContinue && hasContent(head.body),
  });
}

/** Relays the final response, then says which connections can go on. */
async function finish(exchange: {
  readonly client: ClientSide;
  readonly upstream: UpstreamConnection;
  readonly request: ForwardedRequest;
  readonly pump: RequestBodyPump;
  readonly response: ResponseHead;
}): Promise<{ client: "keep" | "close"; upstream: "keep" | "close" }> {
  const { client, upstream, request, pump, response } = exchange;
  const { head, record } = request;
  const framing = responseFraming(head.method, response);
  // An answer before the end of the request body: what may be left of it can't be told from a next request
  const clientStays = head.keepAlive && pump.isDone;
  await relayResponse({ client, upstream, request, response, framing, close: !clientStays });
  record.end("completed");
  const upstreamStays = response.keepAlive && pump.isDone && framing.kind !== "until-close";
  keepIdleHint(upstream, response);
  return { client: clientStays ? "keep" : "close", upstream: upstreamStays ? "keep" : "close" };
}

/** `Keep-Alive: timeout=N` is how long the upstream keeps it; we give up a second earlier. */
function keepIdleHint(upstream: UpstreamConnection, response: ResponseHead): void {
  for (const [name, value] of response.headers) {
    if (name.toLowerCase() !== "keep-alive") continue;
    const seconds = /timeout=(\d{1,5})/.exec(value)?.[1];
    if (seconds === undefined) continue;
    upstream.idleMs = Math.min(
      proxyLimits.idleUpstreamMs,
      Math.max(0, Number(seconds) * 1000 - 1000),
    );
  }
}

/** A promise that never settles, for the side of a race that only matters when it fails. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}
