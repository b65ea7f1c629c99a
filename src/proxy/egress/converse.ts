import { toHostHeader } from "../../http/authority.ts";
import type { ClientSide } from "../client/client-side.ts";
import { within } from "../deadlines.ts";
import type { ForwardedRequest } from "./forwarded-request.ts";
import { headerValues } from "../../http/header-fields.ts";
import { type ResponseHead, responseFraming } from "../../http/http1/response-head.ts";
import { serializeRequest } from "../../http/http1/serialize.ts";
import { proxyLimits } from "../limits.ts";
import type { ProxyContext } from "../proxy-context.ts";
import { readFinalHead } from "./read-response.ts";
import { relayResponse } from "./relay-response.ts";
import { RequestBodyPump } from "./request-body-pump.ts";
import type { UpstreamConnection } from "../upstream/upstream-pool.ts";
import { relayWebSocket } from "./websocket.ts";
import { hasContent } from "../../http/http1/request-head.ts";

/** Methods whose bodies a server may not read (RFC 9110, section 9.3): what it leaves it could take for a request. */
const skippable: ReadonlySet<string> = new Set(["GET", "DELETE", "OPTIONS"]);

interface Conversation {
  readonly request: ForwardedRequest;
  readonly upstream: UpstreamConnection;
}

/** One request and its response on one upstream connection. */
export async function converse(
  context: ProxyContext,
  client: ClientSide,
  { request, upstream }: Conversation,
): Promise<{ client: "keep" | "close"; upstream: "keep" | "close" }> {
  const { head } = request;
  const pump = new RequestBodyPump({ upstream, limiter: context.limiter, request });
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
    await context.turns.take();
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
    isLast: isLast(request),
  });
}

/** Whether the upstream is told that nothing follows on its connection: it must not read on then (RFC 9112, section 9.6). */
function isLast({ head }: ForwardedRequest): boolean {
  return skippable.has(head.method) && hasContent(head.body);
}

interface Exchange {
  readonly client: ClientSide;
  readonly upstream: UpstreamConnection;
  readonly request: ForwardedRequest;
  readonly pump: RequestBodyPump;
  readonly response: ResponseHead;
}

/** Relays the final response, then says which connections can go on. */
async function finish(
  exchange: Exchange,
): Promise<{ client: "keep" | "close"; upstream: "keep" | "close" }> {
  const { client, upstream, request, pump, response } = exchange;
  const { head, record } = request;
  const framing = responseFraming(head.method, response);
  // An answer before the end of the request body: what may be left of it can't be told from a next request
  const clientStays = head.keepAlive && pump.isDone && request.clientBody.isDone;
  await relayResponse({ client, upstream, request, response, framing, close: !clientStays });
  record.end("completed");
  const isWhole = pump.isDone && framing.kind !== "until-close";
  const upstreamStays = response.keepAlive && isWhole && !isLast(request) && !mayBeUnread(exchange);
  keepIdleHint(upstream, response);
  return { client: clientStays ? "keep" : "close", upstream: upstreamStays ? "keep" : "close" };
}

/**
 * Whether the upstream may have left the body, or the rest of it, unread and take it for a request, which the next head on
 * its connection would complete. Servers do so where they refuse or redirect, and where nobody asks for a body.
 */
function mayBeUnread({ request, pump, response }: Exchange): boolean {
  return hasContent(request.head.body) && (response.status >= 300 || pump.beginsLikeRequest);
}

/** `Keep-Alive: timeout=N` is how long the upstream keeps it; we give up a second earlier. */
function keepIdleHint(upstream: UpstreamConnection, response: ResponseHead): void {
  for (const value of headerValues(response.headers, "keep-alive")) {
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
