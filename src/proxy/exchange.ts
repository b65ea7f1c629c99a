// One request through the pipeline: parse → authority → decide → authorise → record → reveal → forward → record.
// A new rule kind, credential scheme or protocol is another step, another door or another file, never a branch in here.
import { decide } from "../policy/decide.ts";
import type { Rule } from "../policy/policy.ts";
import { answerThroughDoor } from "./answer-through-door.ts";
import type { Authority } from "./authority.ts";
import { ClientBody } from "./client-body.ts";
import type { ClientSide } from "./client-side.ts";
import type { Preparation } from "./credential/authorise.ts";
import { denied } from "./denial.ts";
import { toDoorRequest } from "./door-request.ts";
import type { Door, ForwardPassage, Passage, PassageBody } from "./doors/door.ts";
import { forward } from "./forward.ts";
import type { ForwardedRequest } from "./forwarded-request.ts";
import type { HeaderField } from "./http1/header.ts";
import type { RequestHead } from "./http1/request-head.ts";
import { refuseImpossible } from "./impossible-request.ts";
import type { ParsedRequest } from "./parsed-request.ts";
import type { ProxyContext } from "./proxy-context.ts";
import type { Refusal } from "./refusal.ts";
import { requestAuthority } from "./request-authority.ts";
import { reveal, toCredentialId } from "./reveal.ts";
import { parseTarget, type RequestTarget } from "./target.ts";

/** A request that is about to be decided. */
interface Asked extends ParsedRequest {
  readonly authority: Authority;
  readonly target: RequestTarget;
  readonly body: ClientBody;
}

/** What decides it: a host rule that allows it, none that does, or a door that claims it. */
type Ground =
  | { readonly kind: "rule"; readonly rule: Rule }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "door"; readonly door: Door; readonly otherwise: Rule | Refusal };

/**
 * Serves one parsed request. Resolves `keep` when the connection can take another one.
 * @throws Refusal when the request isn't forwarded, or its upstream failed before any answer
 */
export async function exchange(
  context: ProxyContext,
  client: ClientSide,
  request: ParsedRequest,
): Promise<"keep" | "close"> {
  const asked = readRequest(client, request);
  const ground = findGround(context, asked);
  if (ground.kind === "refused") throw ground.refusal;
  context.limiter.countRequest();
  if (ground.kind === "rule") return send(context, client, asked, { rule: ground.rule });
  const passage = await ground.door.pass(toDoorRequest(request, asked));
  return goThrough(context, client, asked, { passage, otherwise: ground.otherwise });
}

/** Everything that is known before anything is decided; pure. */
function readRequest(client: ClientSide, request: ParsedRequest): Asked {
  const { head, tunnel, record } = request;
  const { facts } = record;
  facts.method = head.method;
  const target = parseTarget(head.method, head.target);
  refuseImpossible(head, target);
  const authority = requestAuthority(head, target, tunnel);
  facts.scheme = authority.scheme;
  facts.host = authority.host;
  facts.port = authority.port;
  facts.path = target.path;
  return { ...request, authority, target, body: new ClientBody(client, head) };
}

/** A prohibition beats every door; a door that isn't exclusive is asked when host rules don't allow the request. */
function findGround(context: ProxyContext, asked: Asked): Ground {
  const { head, authority, target, record } = asked;
  const { scheme, host, port } = authority;
  const egress = { scheme, host, port, method: head.method, path: target.path };
  const decision = decide(context.policy, { ...egress, websocket: head.upgrade === "websocket" });
  const isDenied = decision.verdict === "deny";
  if (decision.rule !== undefined) record.facts.rule = decision.rule.source.label;
  if (!(isDenied && decision.reason === "denied-by-rule") && context.doors.length > 0) {
    const seen = toDoorRequest(asked, asked);
    for (const door of context.doors) {
      const claim = door.claim(seen);
      if (claim === undefined || !(claim.exclusive || isDenied)) continue;
      const otherwise = isDenied ? denied(decision, egress, authority) : decision.rule;
      return { kind: "door", door, otherwise };
    }
  }
  if (decision.verdict === "allow") return { kind: "rule", rule: decision.rule };
  record.facts.flags = strayPlaceholder(context, head);
  return { kind: "refused", refusal: denied(decision, egress, authority) };
}

async function goThrough(
  context: ProxyContext,
  client: ClientSide,
  asked: Asked,
  way: { readonly passage: Passage; readonly otherwise: Rule | Refusal },
): Promise<"keep" | "close"> {
  const { passage, otherwise } = way;
  switch (passage.type) {
    case "answer":
      return answerThroughDoor(client, { ...asked, answer: passage });
    case "host-rules": {
      if (otherwise instanceof Error) throw otherwise;
      asked.record.facts.rule = otherwise.source.label;
      return send(context, client, asked, { rule: otherwise, body: passage.body });
    }
    case "forward":
      try {
        const rule = { effect: "allow", clientCredentials: "refuse" } as const;
        return await send(context, client, asked, { rule, passage, body: passage.body });
      } finally {
        await passage.release?.();
      }
  }
}

/** From the decision to the end of the exchange. */
async function send(
  context: ProxyContext,
  client: ClientSide,
  asked: Asked,
  way: {
    readonly rule: Pick<Rule, "effect" | "clientCredentials">;
    readonly passage?: ForwardPassage;
    readonly body?: PassageBody | undefined;
  },
): Promise<"keep" | "close"> {
  const { authority, record } = asked;
  const { passage, body } = way;
  const preparation = prepare(context, asked, way);
  await record.allow();
  const secret = await reveal(preparation);
  const { headers, target } = preparation.apply(secret);
  const request: ForwardedRequest = {
    head: body === undefined ? asked.head : withBody(asked.head, body),
    record,
    authority,
    credential: toCredentialId(preparation),
    headers:
      passage?.trustedHeaders === undefined ? headers : [...headers, ...passage.trustedHeaders],
    target,
    secret,
    clientBody: asked.body,
    ...(body === undefined ? {} : { body }),
    ...(passage?.response === undefined ? {} : { transform: passage.response }),
  };
  return forward(context, client, request);
}

/** Chooses the credential, and refuses what isn't ours. */
function prepare(
  context: ProxyContext,
  { head, authority, target, record }: Asked,
  way: {
    readonly rule: Pick<Rule, "effect" | "clientCredentials">;
    readonly passage?: ForwardPassage;
  },
): Preparation {
  const { rule, passage } = way;
  const { scheme, host, port } = authority;
  const headers: readonly HeaderField[] = passage?.headers ?? head.headers;
  const preparation = context.authorise({
    ...{ scheme, host, port, path: target.path, headers, rule },
    rawTarget: passage?.target ?? target.rawPath + target.query,
    ...(passage?.repository === undefined ? {} : { repository: passage.repository }),
  });
  const credential = toCredentialId(preparation);
  if (credential !== "") record.facts.credential = credential;
  record.facts.flags = preparation.flags;
  return preparation;
}

/** The client's `100 Continue` was answered when its body was read. */
function withBody(head: RequestHead, { length }: PassageBody): RequestHead {
  const body =
    length === undefined ? ({ kind: "chunked" } as const) : { kind: "length" as const, length };
  return { ...head, body, expectsContinue: false };
}

/** A placeholder on its way to a host that isn't even allowed is worth a look all the same (invariant 6). */
function strayPlaceholder(context: ProxyContext, head: RequestHead): readonly string[] {
  const text = [head.target, ...head.headers.map(([, value]) => value)].join("\n");
  return context.findPlaceholder(text) === undefined ? [] : ["placeholder-at-wrong-host"];
}
