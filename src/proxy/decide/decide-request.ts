// The decision about a request, as a value: nothing is read, written or awaited for it. A prohibition beats everything; then
// the first handler that the request is for; then host rules. `policy explain` calls the same function.
import { Note } from "../../base/note.ts";
import type { RequestDecisionEvent } from "../../audit/audit-event.ts";
import { denied } from "./denial.ts";
import type { Handler, HandlerMatch } from "../../http/handler.ts";
import { type IncomingRequest, toRequestView } from "../../http/incoming-request.ts";
import { toLikeRequests } from "../../http/other-path.ts";
import { Refusal } from "../../http/refusal.ts";
import { type CompiledPolicy, decide } from "../../policy/decide.ts";
import type { Decision, EgressRequest, Rule } from "../../policy/policy.ts";
import { findHandler } from "./find-handler.ts";

/** What decides the requests of one session. */
export interface Deciders {
  readonly policy: CompiledPolicy;
  /** Asked in order; the first that claims a request decides it */
  readonly handlers: readonly Handler[];
}

/** What becomes of a request: a host rule allows it, none does, or a handler reads on and decides. */
export type RequestDisposition =
  | { readonly type: "allow"; readonly rule: Rule }
  | { readonly type: "refuse"; readonly refusal: Refusal }
  | {
      readonly type: "handle";
      readonly handle: HandlerMatch["handle"];
      /** What host rules say */
      readonly otherwise: Rule | Refusal;
    };

export interface DecidedRequest {
  readonly disposition: RequestDisposition;
  /** What host rules say */
  readonly decision: Decision;
  /** For the record */
  readonly facts: {
    /** `source.label` of the rule that matched */
    readonly rule?: string;
    readonly others?: NonNullable<RequestDecisionEvent["others"]>;
  };
}

/** Decides a request by its head. */
export function decideRequest(deciders: Deciders, incoming: IncomingRequest): DecidedRequest {
  const { decision, facts, byRules } = decideByRules(deciders.policy, incoming);
  const isDenied = byRules instanceof Refusal;
  const isProhibited = decision.verdict === "deny" && decision.reason === "denied-by-rule";
  const match = isProhibited ? undefined : matchHandler(deciders.handlers, incoming, !isDenied);
  if (match instanceof Refusal) {
    return { disposition: { type: "refuse", refusal: match }, decision, facts };
  }
  if (match !== undefined) {
    return {
      disposition: { type: "handle", handle: match.handle, otherwise: byRules },
      decision,
      facts,
    };
  }
  return {
    disposition: isDenied ? { type: "refuse", refusal: byRules } : { type: "allow", rule: byRules },
    decision,
    facts,
  };
}

interface DecidedByRules extends Pick<DecidedRequest, "decision" | "facts"> {
  readonly byRules: Rule | Refusal;
}

/** Rules look at the head and at nothing else: what they say of it holds as long as they do. */
const decided = new Note<
  DecidedByRules & { readonly policy: CompiledPolicy; readonly incoming: IncomingRequest }
>();

function decideByRules(policy: CompiledPolicy, incoming: IncomingRequest): DecidedByRules {
  const known = decided.read(incoming.head);
  if (known?.policy === policy && known.incoming === incoming) return known;
  const egress = toEgressRequest(incoming);
  const decision = decide(policy, egress);
  const isDenied = decision.verdict === "deny";
  const alike = isDenied ? [decision.other ?? []].flat() : toLikeRequests(incoming.others);
  const facts: { rule?: string; others?: typeof alike } = {};
  if (decision.rule !== undefined) facts.rule = decision.rule.source.label;
  if (alike.length > 0) facts.others = alike;
  if (isDenied) return { decision, facts, byRules: denied(decision, egress, incoming.authority) };
  const allowed = { policy, incoming, decision, facts, byRules: decision.rule };
  decided.write(incoming.head, allowed);
  return allowed;
}

/** Why a request would be refused now, by its head. */
export function findRefusal(deciders: Deciders, incoming: IncomingRequest): Refusal | undefined {
  const { disposition } = decideRequest(deciders, incoming);
  return disposition.type === "refuse" ? disposition.refusal : undefined;
}

/** The request as the policy sees it. */
export function toEgressRequest({
  head,
  authority,
  target,
  others,
}: IncomingRequest): EgressRequest {
  const { scheme, host, port } = authority;
  const { path, readings } = target;
  const websocket = head.upgrade === "websocket";
  return { scheme, host, port, method: head.method, path, readings, websocket, others };
}

function matchHandler(
  handlers: readonly Handler[],
  incoming: IncomingRequest,
  isAllowed: boolean,
): HandlerMatch | Refusal | undefined {
  if (handlers.length === 0) return undefined;
  try {
    const { others } = incoming;
    const match = findHandler(handlers, toRequestView(incoming), { isAllowed, others });
    if (match === undefined || incoming.head.upgrade === undefined) return match;
    // What is said after a switch of protocols no handler reads
    return new Refusal(403, "websocket-not-allowed", "a websocket is not possible here");
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
