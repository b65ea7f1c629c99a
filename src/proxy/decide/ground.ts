// What decides a request. A prohibition beats everything; then the first handler that claims it, then host rules.
import { decide } from "../../policy/decide.ts";
import { toLikeRequests, type OtherPath } from "../../policy/other-path.ts";
import type { Rule } from "../../policy/policy.ts";
import type { Authority } from "../../http/authority.ts";
import { ClientBody } from "../client/client-body.ts";
import type { ClientSide } from "../client/client-side.ts";
import { denied } from "../../http/denial.ts";
import { toHandledRequest } from "./handled-request.ts";
import type { Handler } from "../../http/handler.ts";
import { findHandler } from "./find-handler.ts";
import type { Hold } from "../egress/held-bytes.ts";
import { refuseImpossible } from "../../http/impossible-request.ts";
import type { ParsedRequest } from "../../http/parsed-request.ts";
import type { ProxyContext } from "../proxy-context.ts";
import type { Refusal } from "../../http/refusal.ts";
import { requestAuthority } from "../../http/request-authority.ts";
import { readSecondResources } from "../../http/second-resource.ts";
import { strayPlaceholder } from "./stray-placeholder.ts";
import { parseTarget, type RequestTarget } from "../../http/target.ts";

/** A request that is about to be decided. */
export interface Asked extends ParsedRequest {
  readonly authority: Authority;
  readonly target: RequestTarget;
  /** What it reads or writes beside its target */
  readonly others: readonly OtherPath[];
  readonly body: ClientBody;
  /** What is held of it and for it, until the exchange is over */
  readonly hold: Hold;
}

/** What decides it: a host rule that allows it, none that does, or a handler that claims it. */
export type Ground =
  | { readonly kind: "rule"; readonly rule: Rule }
  | { readonly kind: "refused"; readonly refusal: Refusal }
  | { readonly kind: "handler"; readonly handler: Handler; readonly otherwise: Rule | Refusal };

/** Everything that is known before anything is decided. @throws Refusal */
export function readRequest(
  client: ClientSide,
  request: ParsedRequest & Pick<Asked, "hold">,
): Asked {
  const { head, tunnel, record } = request;
  const { facts } = record;
  facts.method = head.method;
  const target = parseTarget(head.method, head.target);
  const authority = requestAuthority(head, target, tunnel);
  facts.scheme = authority.scheme;
  facts.host = authority.host;
  facts.port = authority.port;
  facts.path = target.path;
  if (head.upgrade === "websocket") facts.websocket = true;
  refuseImpossible(head, target, authority);
  const others = readSecondResources({ head, authority, target });
  return { ...request, authority, target, others, body: new ClientBody(client, head) };
}

/** A prohibition beats every handler; a handler that isn't exclusive is asked when host rules don't allow the request. @throws Refusal */
export function findGround(context: ProxyContext, asked: Asked): Ground {
  const { head, authority, target, others, record } = asked;
  const { scheme, host, port } = authority;
  const { path, readings } = target;
  const websocket = head.upgrade === "websocket";
  const egress = { scheme, host, port, method: head.method, path, readings, websocket, others };
  const decision = decide(context.policy, egress);
  const isDenied = decision.verdict === "deny";
  const alike = isDenied ? [decision.other ?? []].flat() : toLikeRequests(others);
  if (alike.length > 0) record.facts.others = alike;
  if (decision.rule !== undefined) record.facts.rule = decision.rule.source.label;
  if (!(isDenied && decision.reason === "denied-by-rule") && context.handlers.length > 0) {
    const facts = { isAllowed: !isDenied, others };
    const handler = findHandler(context.handlers, toHandledRequest(asked, context.turns), facts);
    if (handler !== undefined) {
      const otherwise = isDenied ? denied(decision, egress, authority) : decision.rule;
      return { kind: "handler", handler, otherwise };
    }
  }
  if (decision.verdict === "allow") return { kind: "rule", rule: decision.rule };
  record.facts.flags = strayPlaceholder(context, head, host);
  return { kind: "refused", refusal: denied(decision, egress, authority) };
}
