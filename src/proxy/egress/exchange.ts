// One request through the pipeline: parse → authority → decide → authorise → record → reveal → forward → record.
// A new rule kind, credential scheme or protocol is another step, another handler or another file, never a branch in here.
import { toRequiredPaths } from "../../http/other-path.ts";
import type { Rule } from "../../policy/policy.ts";
import { answerThroughHandler } from "../decide/answer-through-handler.ts";
import { ClientBody } from "../client/client-body.ts";
import type { ClientSide } from "../client/client-side.ts";
import { parseIncomingRequest } from "../../http/incoming-request.ts";
import type { AuthorisationRequest } from "../decide/authorise.ts";
import { type OngoingRequest, toHandledRequest } from "../decide/handled-request.ts";
import type { ForwardDisposition, OutgoingBody } from "../../http/handler.ts";
import { forward } from "./forward.ts";
import type { ForwardedRequest } from "./forwarded-request.ts";
import { decideRequest, type RequestDisposition } from "../decide/decide-request.ts";
import { strayPlaceholder } from "../decide/stray-placeholder.ts";
import type { RequestHead } from "../../http/http1/request-head.ts";
import type { ParsedRequest } from "../client/parsed-request.ts";
import type { ProxyContext } from "../proxy-context.ts";
import { Refusal } from "../../http/refusal.ts";
import { authoriseAndReveal } from "./pipeline.ts";

/**
 * Serves one parsed request. Resolves `keep` when the connection can take another one.
 * @throws Refusal when the request isn't forwarded, or its upstream failed before any answer
 */
export async function exchange(
  context: ProxyContext,
  client: ClientSide,
  request: ParsedRequest,
): Promise<"keep" | "close"> {
  const { head, tunnel, record } = request;
  using hold = context.held.open();
  const incoming = parseIncomingRequest(head, tunnel, (facts) => record.note(facts));
  const { disposition, facts } = decideRequest(context.deciders, incoming);
  record.note(facts);
  if (disposition.type === "refuse") {
    record.note({ flags: strayPlaceholder(context, head, incoming.authority.host) });
    throw disposition.refusal;
  }
  context.limiter.countRequest();
  const ongoing = { ...incoming, record, hold, body: new ClientBody(client, head) };
  // Awaited here: what is held is given back once all of it is over, and not before
  if (disposition.type === "allow") {
    return await send(context, client, ongoing, { rule: disposition.rule });
  }
  return await handle(context, client, ongoing, disposition);
}

/** What a handler makes of it. */
async function handle(
  context: ProxyContext,
  client: ClientSide,
  ongoing: OngoingRequest,
  { handle: decide, otherwise }: Extract<RequestDisposition, { type: "handle" }>,
): Promise<"keep" | "close"> {
  if (ongoing.head.upgrade !== undefined) {
    // What is said after a switch of protocols no handler reads
    throw new Refusal(403, "websocket-not-allowed", "a websocket is not possible here");
  }
  const isAllowed = !(otherwise instanceof Refusal);
  const disposition = await decide(toHandledRequest(ongoing, context.turns), { isAllowed });
  // Of what was held to decide it, the body that goes on is left
  if (disposition.type !== "answer") ongoing.hold.shrinkTo(lengthOf(disposition.body));
  switch (disposition.type) {
    case "answer":
      return answerThroughHandler(context, client, { ...ongoing, answer: disposition });
    case "host-rules": {
      if (otherwise instanceof Refusal) throw otherwise;
      ongoing.record.note({ rule: otherwise.source.label });
      return send(context, client, ongoing, { rule: otherwise, body: disposition.body });
    }
    case "forward":
      try {
        const rule = { effect: "allow", clientCredentials: "refuse" } as const;
        return await send(context, client, ongoing, { rule, disposition, body: disposition.body });
      } finally {
        await disposition.release?.();
      }
  }
}

/** Bytes of a body that a handler put in, as far as it says. */
function lengthOf(body: OutgoingBody | undefined): number {
  return body === undefined ? 0 : (body.length ?? Number.POSITIVE_INFINITY);
}

/** From the decision to the end of the exchange. */
async function send(
  context: ProxyContext,
  client: ClientSide,
  ongoing: OngoingRequest,
  way: {
    readonly rule: Pick<Rule, "effect" | "clientCredentials">;
    readonly disposition?: ForwardDisposition;
    readonly body?: OutgoingBody | undefined;
  },
): Promise<"keep" | "close"> {
  const { authority, record, hold } = ongoing;
  const { disposition } = way;
  const revealed = await authoriseAndReveal(context, {
    request: toAuthorisationRequest(ongoing, way),
    authority,
    record,
    hold,
    next: way.body?.next ?? toHandledRequest(ongoing, context.turns).next,
  });
  const { headers, target, secrets, credential, learn } = revealed;
  const body = revealed.body ?? way.body;
  const { grantedHeaders = [], grantedQuery, response } = disposition ?? {};
  const request: ForwardedRequest = {
    head: body === undefined ? await withoutEmptyBody(ongoing) : withBody(ongoing.head, body),
    record,
    authority,
    credential,
    headers: [...headers, ...grantedHeaders],
    target: withGrantedQuery(target, grantedQuery),
    secrets: toSecrets(secrets, disposition),
    echoes: context.echoes,
    learn,
    clientBody: ongoing.body,
    hold,
    ...(body === undefined ? {} : { body }),
    ...(response === undefined ? {} : { transform: response }),
  };
  return forward(context, client, request);
}

/** What is searched for in the answer as it is, however short it is. */
function toSecrets(
  secrets: readonly string[],
  disposition?: ForwardDisposition,
): readonly string[] {
  const { grantedHeaders = [], grantedQuery = "" } = disposition ?? {};
  const values = grantedHeaders.filter(([name]) => name.toLowerCase() === "authorization");
  const trusted = [...values.map(([, value]) => value), grantedQuery.slice(1)];
  return [...secrets, ...trusted].filter((text) => text !== "");
}

/** What the choice of credentials is made by. */
function toAuthorisationRequest(
  { head, authority, target, others }: OngoingRequest,
  way: {
    readonly rule: Pick<Rule, "effect" | "clientCredentials">;
    readonly disposition?: ForwardDisposition;
  },
): AuthorisationRequest & { readonly method: string } {
  const { rule, disposition } = way;
  const { scheme, host, port } = authority;
  return {
    scheme,
    host,
    port,
    method: head.method,
    path: target.path,
    readings: target.readings,
    otherPaths: toRequiredPaths(others),
    headers: disposition?.headers ?? head.headers,
    rule,
    rawTarget: disposition?.target ?? target.rawPath + target.query,
    withoutCredential: disposition?.withoutCredential === true,
    ...(disposition?.repository === undefined ? {} : { repository: disposition.repository }),
  };
}

function withGrantedQuery(target: string, query = ""): string {
  return target.includes("?") ? `${target}${query.replace("?", "&")}` : `${target}${query}`;
}

/** Some clients announce chunks on every GET; a server that never reads a body there would take their end for a request. */
async function withoutEmptyBody({ head, body }: OngoingRequest): Promise<RequestHead> {
  if (head.method !== "GET" || head.body.kind !== "chunked") return head;
  return (await body.isEmpty()) ? { ...head, body: { kind: "none" } } : head;
}

/** The client's `100 Continue` was answered when its body was read. */
function withBody(head: RequestHead, { length }: OutgoingBody): RequestHead {
  const body =
    length === undefined ? ({ kind: "chunked" } as const) : { kind: "length" as const, length };
  return { ...head, body, expectsContinue: false };
}
