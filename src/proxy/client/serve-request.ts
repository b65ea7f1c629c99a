import { debug } from "../../base/debug.ts";
import { ClientAborted } from "./client-body.ts";
import type { ClientSide } from "./client-side.ts";
import { within } from "../deadlines.ts";
import { exchange } from "../egress/exchange.ts";
import type { ProxyContext } from "../proxy-context.ts";
import { proxyLimits } from "../limits.ts";
import type { ParsedRequest } from "./parsed-request.ts";
import { Refusal } from "../../http/refusal.ts";
import { refusalWithoutEcho } from "../egress/refuse-echo.ts";
import { type RefusalFormat, refusalResponse, toRefusalFormat } from "./refusal-response.ts";
import { ResponseBroken } from "../egress/relay-response.ts";
import type { RequestRecord } from "../egress/request-record.ts";

/** Serves one request and turns every way it can fail into an answer and an outcome; never throws. */
export async function serveRequest(
  context: ProxyContext,
  client: ClientSide,
  request: ParsedRequest,
): Promise<"keep" | "close"> {
  const { head, record } = request;
  try {
    return await exchange(context, client, request);
  } catch (error) {
    const isGone = client.socket.destroyed || error instanceof ClientAborted;
    if (isGone || error instanceof ResponseBroken) {
      const isUpstream = error instanceof ResponseBroken && error.side === "upstream" && !isGone;
      record.end(isUpstream ? "upstream-failed" : "client-aborted");
      client.socket.destroy();
      return "close";
    }
    const refusal = toRefusal(error);
    if (record.status === 0) {
      const format = toRefusalFormat(head);
      await answerRefusal(context, client, record, { refusal, format });
    } else {
      // Part of a response is out: breaking it off is the only way left to say that it isn't whole
      record.fail(refusal);
      client.socket.destroy();
    }
    return "close";
  }
}

/** Records the refusal, then answers with it. The connection is closed after it (RFC 9931 for a CONNECT). */
export async function answerRefusal(
  { echoes }: ProxyContext,
  client: ClientSide,
  record: RequestRecord,
  answer: { readonly refusal: Refusal; readonly format: RefusalFormat },
): Promise<void> {
  await record.refuse(answer.refusal);
  const refusal = refusalWithoutEcho(answer.refusal, echoes);
  client.socket.write(refusalResponse(refusal, answer.format));
}

/**
 * Ends our side and closes once the client has all of it: a slow reader gets its time, and what it still sends is read
 * meanwhile and for a moment after, so that the last answer isn't lost to a reset.
 * @param mostBytes how much of it is read at most
 */
export async function finish(
  client: ClientSide,
  mostBytes: number = Number.POSITIVE_INFINITY,
): Promise<void> {
  const { promise: flushed, resolve } = Promise.withResolvers<void>();
  within(client.deadline, proxyLimits.writeIdleMs);
  client.socket.end(() => {
    within(client.deadline, proxyLimits.lingerMs);
    resolve();
  });
  await client.source.discard(mostBytes);
  await flushed;
  client.socket.destroy();
}

/** Anything that isn't a refusal is a bug: the request fails, the proxy lives, and no detail goes to the client. */
function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  debug("proxy", error instanceof Error ? (error.stack ?? error.message) : String(error));
  return new Refusal(502, "internal-error", "the proxy failed on this request", { cause: error });
}
