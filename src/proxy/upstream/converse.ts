import { toHostHeader } from "../../http/authority.ts";
import { hasContent } from "../../http/body.ts";
import { ClientAborted } from "../../http/exchange.ts";
import { readUpgradeAnswer } from "../../http/http1/upgrade.ts";
import { serializeRequest } from "../../http/http1/serialize.ts";
import { openByteStream } from "../byte-stream.ts";
import { within } from "../deadlines.ts";
import type { ClientEnd } from "./client-end.ts";
import { Http1Answer } from "./http1-answer.ts";
import { readFinalHead, StaleConnection } from "./read-response.ts";
import { RequestBodyPump } from "./request-body-pump.ts";
import type { UpstreamAnswer, UpstreamRequest } from "./upstream.ts";
import type { UpstreamConnection, UpstreamPool } from "./upstream-pool.ts";

/** Methods whose bodies a server may not read (RFC 9110, section 9.3): what it leaves it could take for a request. */
const skippable: ReadonlySet<string> = new Set(["GET", "DELETE", "OPTIONS"]);

/** One request on one connection of an upstream. */
export interface Conversation {
  readonly request: UpstreamRequest;
  readonly upstream: UpstreamConnection;
  readonly pool: UpstreamPool;
  readonly end: ClientEnd;
  /** Sends it again where that is safe, on another connection than the one that turned out to be closed. @throws Refusal */
  readonly onStale: (request: UpstreamRequest) => Promise<UpstreamAnswer>;
}

/** Sends the request, and reads the head of its answer; the rest of a body is sent meanwhile. */
export async function converse(conversation: Conversation): Promise<UpstreamAnswer> {
  const { request, upstream, pool, end, onStale } = conversation;
  const pump = new RequestBodyPump(upstream, request);
  try {
    // The end of the client may have come before, or while the connection was made
    if (request.client?.isGone === true) throw new ClientAborted();
    end.upstream = upstream;
    request.record.address = upstream.address;
    const isLast = skippable.has(request.method) && hasContent(request.body.length);
    pump.start(toHead(request, isLast));
    within(upstream.deadline, request.patience.headMs);
    const reading = readFinalHead(upstream, {
      onContinue: () => pump.continue(),
      isUpgrade: request.upgrade !== undefined,
    });
    const response = await pump.unlessSendingFails(reading);
    pump.answered();
    const answer = new Http1Answer(conversation, { pump, response, isLast });
    if (response.status !== 101) return answer;
    answer.head = readUpgradeAnswer(request.headers, response);
    answer.upgraded = openByteStream(upstream);
    return answer;
  } catch (error) {
    pump.stop();
    pool.discard(upstream);
    end.forget();
    const failure = end.aborted ?? error;
    if (failure instanceof StaleConnection) return onStale(request);
    throw failure;
  }
}

/** @param isLast whether the upstream is told that nothing follows: it must not read on then (RFC 9112, section 9.6) */
function toHead(request: UpstreamRequest, isLast: boolean): string {
  const { authority, method, target, headers, body, upgrade, takesTrailers } = request;
  return serializeRequest({
    method,
    target,
    headers,
    upgrade,
    takesTrailers,
    host: toHostHeader(authority),
    body: body.length,
    // Without a body there is nothing to wait for; an Expect on such a request is how parsers are led apart
    expectsContinue: body.ask !== undefined && hasContent(body.length),
    isLast,
  });
}
