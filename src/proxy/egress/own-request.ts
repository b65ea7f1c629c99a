import { bufferedBody, noBody } from "../../http/body.ts";
import type { OwnRequest, OwnResponse } from "../../http/handler.ts";
import type { ProxyContext } from "../proxy-context.ts";
import { Refusal } from "../../http/refusal.ts";
import { strictRule } from "../decide/sending.ts";
import { type ReceivedAnswer, sendOut } from "./pipeline.ts";
import { RequestRecord } from "./request-record.ts";

/** Somebody waits for the decision: from the end of one of our own requests to the head of its answer, and in its body. */
const patience = { headMs: 60_000, silenceMs: 60_000 };

/**
 * Sends a request of vaultbox's own. It's held to what every request is: authorised by the credentials of
 * its repository, recorded before anything is revealed, dialled at a checked address, ended by one outcome.
 * @throws Refusal
 */
export async function sendOwnRequest(
  context: ProxyContext,
  request: OwnRequest,
): Promise<OwnResponse> {
  const record = new RequestRecord(context.recorder, context.nextRequest());
  try {
    return await send(context, request, record);
  } catch (error) {
    const refusal =
      error instanceof Refusal
        ? error
        : new Refusal(502, "internal-error", "a check of this request failed", { cause: error });
    await record.refuse(refusal);
    throw refusal;
  }
}

async function send(
  context: ProxyContext,
  own: OwnRequest,
  record: RequestRecord,
): Promise<OwnResponse> {
  const { authority, method, target, headers, repository, check } = own;
  const { scheme, host, port } = authority;
  const request = {
    scheme,
    host,
    port,
    method,
    path: target.replace(/\?.*$/s, ""),
    ...(repository === undefined ? {} : { repository }),
  };
  record.note({ ...request, rule: own.rule, ...(check === undefined ? {} : { check }) });
  using hold = context.held.open();
  const admission = await context.admit({ ...request, origin: "own" });
  const answer = await sendOut(context, {
    request: { ...request, rawTarget: target, headers, rule: strictRule },
    authority,
    record,
    admission,
    hold,
    body: own.body === undefined ? noBody : bufferedBody(own.body),
    asked: { upgrade: undefined, takesTrailers: false },
    client: undefined,
    patience,
  });
  record.status = answer.head.status;
  return toOwnResponse(answer, record);
}

function toOwnResponse(
  { head, body, upstream }: ReceivedAnswer,
  record: RequestRecord,
): OwnResponse {
  return {
    head,
    next: async () => {
      try {
        const piece = await body.next();
        record.bytesDown += piece?.length ?? 0;
        return piece;
      } catch (error) {
        record.end("upstream-failed");
        throw error;
      }
    },
    [Symbol.asyncDispose]: () => {
      // Whoever asked may have read enough
      record.end("completed");
      upstream.close();
      return Promise.resolve();
    },
  };
}
