import { toHostHeader } from "../../http/authority.ts";
import { hasContent } from "../../http/body.ts";
import { readUpgradeAnswer } from "../../http/http1/upgrade.ts";
import { serializeRequest } from "../../http/http1/serialize.ts";
import { openByteStream } from "../byte-stream.ts";
import { within } from "../deadlines.ts";
import type { ClientEnd } from "./client-end.ts";
import { Http1Answer } from "./http1-answer.ts";
import { readFinalHead } from "./read-response.ts";
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
}

/** Sends the request, and reads the head of its answer; the rest of a body is sent meanwhile. */
export async function converse(conversation: Conversation): Promise<UpstreamAnswer> {
  const { request, upstream, pool } = conversation;
  const isLast = skippable.has(request.method) && hasContent(request.body.length);
  const pump = new RequestBodyPump(upstream, request);
  const sending = pump.run(toHead(request, isLast));
  // Without a body it's all sent by now; else a broken upload ends the exchange
  const unlessSendingFails = <T>(work: Promise<T>): Promise<T> =>
    pump.isDone ? work : Promise.race([work, sending.then(never)]);
  within(upstream.deadline, request.patience.headMs);
  try {
    const response = await unlessSendingFails(
      readFinalHead(upstream, {
        onContinue: () => pump.continue(),
        isUpgrade: request.upgrade !== undefined,
      }),
    );
    pump.answered();
    const answer = new Http1Answer(conversation, {
      pump,
      response,
      isLast,
      unlessSendingFails,
    });
    if (response.status !== 101) return answer;
    answer.head = readUpgradeAnswer(request.headers, response);
    answer.upgraded = openByteStream(upstream);
    return answer;
  } catch (error) {
    pump.stop();
    pool.discard(upstream);
    throw error;
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

/** A promise that never settles, for the side of a race that only matters when it fails. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}
