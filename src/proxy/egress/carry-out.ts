// One request of a client: parse → authority → decide → admit → (handler) → the pipeline → answer → record. A new rule kind,
// credential scheme or protocol is another step, another handler or another file, never a branch in here.
import type { Authority } from "../../http/authority.ts";
import type { Body } from "../../http/body.ts";
import type { ByteStream, Exchange } from "../../http/exchange.ts";
import type { ForwardDisposition } from "../../http/handler.ts";
import type { Hold } from "../../http/hold.ts";
import { parseIncomingRequest } from "../../http/incoming-request.ts";
import { Refusal } from "../../http/refusal.ts";
import type { Admission } from "../decide/admission.ts";
import { decideRequest, findRefusal, type RequestDisposition } from "../decide/decide-request.ts";
import { type OngoingRequest, toHandledRequest } from "../decide/handled-request.ts";
import { type Sending, strictRule, toAuthorisationRequest } from "../decide/sending.ts";
import { strayPlaceholder } from "../decide/stray-placeholder.ts";
import type { ProxyContext } from "../proxy-context.ts";
import { answerThroughHandler } from "./answer-through-handler.ts";
import { clientPatience, type ReceivedAnswer, sendOut } from "./pipeline.ts";
import { relayUpgraded } from "./relay-upgraded.ts";
import type { RequestRecord } from "./request-record.ts";
import type { UnreadAnswer } from "./transforms.ts";

/** How a request goes on: by a host rule, or as its handler says. */
interface Way extends Sending {
  readonly disposition?: ForwardDisposition;
  /** Instead of the client's */
  readonly body?: Body | undefined;
}

/** What goes with a request on its way. */
interface CarryOut {
  readonly tunnel: Authority | undefined;
  readonly record: RequestRecord;
  /** What is held of it and for it; given back by the caller, once all of it is over */
  readonly hold: Hold;
}

/**
 * Decides a request, sends it on and answers it, or answers it otherwise.
 * @throws Refusal when the request isn't forwarded, or its upstream failed before any answer; ResponseBroken, ClientAborted.
 * So does what it promises
 */
export function carryOut(
  context: ProxyContext,
  exchange: Exchange,
  { tunnel, record, hold }: CarryOut,
): Promise<void> {
  const head = exchange.request;
  const incoming = parseIncomingRequest(head, tunnel, record.facts);
  const { disposition, facts } = decideRequest(context.deciders, incoming);
  if (facts.rule !== undefined) record.facts.rule = facts.rule;
  if (facts.others !== undefined) record.facts.others = facts.others;
  if (disposition.type === "refuse") {
    const flags = strayPlaceholder(context, head, incoming.authority.host);
    if (flags.length > 0) record.note({ flags });
    throw disposition.refusal;
  }
  const { method } = head;
  const { host, port, scheme } = incoming.authority;
  const asked = {
    origin: "client",
    scheme,
    host,
    port,
    method,
    path: incoming.target.path,
  } as const;
  const go = (admission: Admission): Promise<void> => {
    const { authority, target, others } = incoming;
    const ongoing = { head, authority, target, others, exchange, record, hold, admission };
    if (disposition.type === "allow") return send(context, ongoing, { rule: disposition.rule });
    return handle(context, ongoing, disposition);
  };
  const admitted = context.admit(asked);
  return admitted instanceof Promise ? admitted.then(go) : go(admitted);
}

/** What a handler makes of it. */
async function handle(
  context: ProxyContext,
  ongoing: OngoingRequest,
  { handle: decide, otherwise }: Extract<RequestDisposition, { type: "handle" }>,
): Promise<void> {
  const isAllowed = !(otherwise instanceof Refusal);
  const disposition = await decide(toHandledRequest(ongoing, context.turns), { isAllowed });
  // Of what was held to decide it, the body that goes on is left
  if (disposition.type !== "answer") ongoing.hold.shrinkTo(lengthOf(disposition.body));
  switch (disposition.type) {
    case "answer":
      return answerThroughHandler(context, ongoing, disposition);
    case "host-rules": {
      if (otherwise instanceof Refusal) throw otherwise;
      ongoing.record.note({ rule: otherwise.source.label });
      return send(context, ongoing, { rule: otherwise, body: disposition.body });
    }
    case "forward":
      try {
        const rule = strictRule;
        return await send(context, ongoing, { rule, disposition, body: disposition.body });
      } finally {
        await disposition.release?.();
      }
  }
}

/** Bytes of a body that a handler put in, as far as it says. */
function lengthOf(body: Body | undefined): number {
  if (body === undefined || body.length === "none") return 0;
  return body.length === "unknown" ? Number.POSITIVE_INFINITY : body.length;
}

/** From the decision to the end of the exchange. */
async function send(context: ProxyContext, ongoing: OngoingRequest, way: Way): Promise<void> {
  const { authority, record, hold, admission, exchange, head } = ongoing;
  const { disposition } = way;
  const { grantedHeaders = [], grantedQuery = "" } = disposition ?? {};
  const isGranted = grantedHeaders.length > 0 || grantedQuery !== "";
  const answer = await sendOut(context, {
    request: toAuthorisationRequest(ongoing, way),
    authority,
    record,
    admission,
    hold,
    body: way.body ?? exchange.body,
    asked: head,
    granted: isGranted ? { headers: grantedHeaders, query: grantedQuery } : undefined,
    client: exchange,
    patience: clientPatience,
    transform: disposition?.response,
  });
  try {
    await relay(context, answer, ongoing);
  } finally {
    answer.upstream.close();
  }
}

/** Gives the client the answer, to its end. */
function relay(
  context: ProxyContext,
  answer: ReceivedAnswer,
  ongoing: OngoingRequest,
): Promise<void> {
  const { head, body, upstream } = answer;
  const { exchange, record } = ongoing;
  const { upgraded } = upstream;
  if (upgraded !== undefined) return upgrade(context, { head, body, upgraded }, ongoing);
  record.status = head.status;
  return upstream.unlessSendingFails(exchange.respond(head, body, record));
}

async function upgrade(
  context: ProxyContext,
  { head, body, upgraded }: UnreadAnswer & { readonly upgraded: ByteStream },
  ongoing: OngoingRequest,
): Promise<void> {
  const { exchange, record, admission } = ongoing;
  // Another policy may have come while the upstream had the handshake
  const refusal = findRefusal(context.deciders, ongoing);
  if (refusal !== undefined) throw refusal;
  record.status = head.status;
  const ended = Promise.withResolvers<never>();
  using open = context.upgraded.add(ongoing, ended.reject);
  void open;
  await relayUpgraded({
    client: exchange.upgrade(head),
    upstream: upgraded,
    down: body,
    counts: record,
    countUpload: admission.countUpload,
    ended: ended.promise,
  });
}
