import { toHostHeader } from "../../http/authority.ts";
import { bufferedBody } from "../../http/buffered-body.ts";
import { within } from "../deadlines.ts";
import type { OwnRequest, OwnResponse } from "../../http/handler.ts";
import { type BodyReader, readBody } from "../../http/http1/body-reader.ts";
import { responseFraming } from "../../http/http1/response-head.ts";
import { serializeRequest } from "../../http/http1/serialize.ts";
import type { ProxyContext } from "../proxy-context.ts";
import { readFinalHead } from "./read-response.ts";
import { Refusal } from "../../http/refusal.ts";
import { RequestRecord } from "./request-record.ts";
import { authoriseAndReveal } from "./pipeline.ts";
import type { UpstreamConnection } from "../upstream/upstream-pool.ts";

/** From the end of one of our own requests to the head of its answer, in milliseconds: somebody waits for the decision. */
const answerMs = 60_000;
/** Longest silence in the body of such an answer, in milliseconds */
const silenceMs = 60_000;

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
  request: OwnRequest,
  record: RequestRecord,
): Promise<OwnResponse> {
  const { authority, method, target, headers, repository } = request;
  const path = target.replace(/\?.*$/s, "");
  const { scheme, host, port } = authority;
  const about = repository === undefined ? {} : { repository };
  record.note({ scheme, host, port, method, path, ...about, rule: request.rule });
  if (request.check !== undefined) record.note({ check: request.check });
  using hold = context.held.open();
  const { next } = bufferedBody(request.body ?? "");
  const rule = { effect: "allow", clientCredentials: "refuse" } as const;
  const authorised = await authoriseAndReveal(context, {
    request: { scheme, host, port, method, path, ...about, rawTarget: target, headers, rule },
    authority,
    record,
    hold,
    next,
  });
  // Always a connection of its own: nothing that the sandbox's requests left on one can be part of the answer
  const { credential } = authorised;
  const upstream = await context.pool.dial(authority, credential, AbortSignal.timeout(answerMs));
  try {
    record.address = upstream.address;
    const { body } = request;
    const head = serializeRequest({
      method,
      target: authorised.target,
      headers: authorised.headers,
      host: toHostHeader(authority),
      body: body === undefined ? { kind: "none" } : { kind: "length", length: body.length },
      expectsContinue: false,
      upgrade: undefined,
    });
    upstream.socket.write(head, "latin1");
    if (body !== undefined) upstream.socket.write(body);
    record.bytesUp = body?.length ?? 0;
    within(upstream.deadline, answerMs);
    const options = { onContinue: () => undefined, isUpgrade: false };
    const response = await readFinalHead(upstream, options);
    record.status = response.status;
    // Cookies that it sets are for no client
    authorised.learn({ ...response, headers: [] });
    const reader = readBody(upstream.source, responseFraming(method, response), "upstream");
    return {
      head: response,
      next: () => readOn(upstream, record, reader),
      [Symbol.asyncDispose]: () => {
        // Whoever asked may have read enough
        record.end("completed");
        context.pool.discard(upstream);
        return Promise.resolve();
      },
    };
  } catch (error) {
    context.pool.discard(upstream);
    throw error;
  }
}

async function readOn(
  upstream: UpstreamConnection,
  record: RequestRecord,
  reader: BodyReader,
): Promise<Buffer | undefined> {
  within(upstream.deadline, silenceMs);
  try {
    const piece = await reader.next();
    record.bytesDown += piece?.length ?? 0;
    return piece;
  } catch (error) {
    record.end("upstream-failed");
    throw error;
  } finally {
    // What the reader does with it may take its time
    upstream.deadline.at = Number.POSITIVE_INFINITY;
  }
}
