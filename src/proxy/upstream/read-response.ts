import { readHead } from "../../http/http1/read-head.ts";
import { type Http1Response, statusLine } from "../../http/http1/response-head.ts";
import { proxyLimits } from "../limits.ts";
import { Refusal } from "../../http/refusal.ts";
import type { UpstreamConnection } from "./upstream-pool.ts";

/** A kept connection ended before the first byte of the response: the upstream closed it while it was idle. */
export class StaleConnection extends Error {}

const reading = { maxBytes: proxyLimits.responseHeadBytes, firstLine: statusLine };

/**
 * Reads the head of the final response; interim ones are dropped, `100 Continue` is reported.
 * @throws Refusal 502 `upstream-invalid`, 502 `upstream-unreachable`, 504 `upstream-timeout`
 * @throws StaleConnection
 */
export async function readFinalHead(
  upstream: UpstreamConnection,
  options: { readonly onContinue: () => void; readonly isUpgrade: boolean },
): Promise<Http1Response> {
  let isUnanswered = true;
  for (let interim = 0; interim <= proxyLimits.interimResponses; interim++) {
    let text: string | undefined;
    try {
      const next = upstream.source.next();
      const first = next instanceof Promise ? await next : next;
      isUnanswered &&= first === undefined;
      const head = readHead(upstream.source, first, reading);
      text = head instanceof Promise ? await head : head;
    } catch (error) {
      throw toFailure(upstream, error, isUnanswered);
    }
    if (text === undefined) throw toFailure(upstream, undefined, isUnanswered);
    const head = upstream.parseHead(text);
    if (head.status >= 200) return head;
    if (head.status === 101) {
      if (options.isUpgrade) return head;
      throw new Refusal(502, "upstream-invalid", "the upstream switched protocols unasked");
    }
    if (head.status === 100) options.onContinue();
  }
  throw new Refusal(502, "upstream-invalid", "the upstream sent too many interim responses");
}

/** @param isUnanswered whether no byte of an answer came */
function toFailure(upstream: UpstreamConnection, failure: unknown, isUnanswered: boolean): Error {
  if (failure instanceof Refusal) {
    const what = `the upstream's answer is not valid HTTP: ${failure.message}`;
    return new Refusal(502, "upstream-invalid", what);
  }
  if (upstream.timedOut) {
    return new Refusal(504, "upstream-timeout", "the upstream did not answer in time", {
      cause: failure,
    });
  }
  if (isUnanswered && upstream.reused) return new StaleConnection();
  return new Refusal(
    502,
    "upstream-unreachable",
    "the upstream closed the connection before it answered",
    { cause: failure },
  );
}
