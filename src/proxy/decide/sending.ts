import { Note } from "../../base/note.ts";
import type { ForwardDisposition } from "../../http/handler.ts";
import type { IncomingRequest } from "../../http/incoming-request.ts";
import type { RequestTarget } from "../../http/target.ts";
import { toRequiredPaths } from "../../http/other-path.ts";
import type { Rule } from "../../policy/policy.ts";
import type { AuthorisationRequest } from "./authorise.ts";

/** Why a request may be sent, and what a handler changes of it. */
export interface Sending {
  readonly rule: Pick<Rule, "effect" | "clientCredentials">;
  readonly disposition?: Pick<
    ForwardDisposition,
    "repository" | "headers" | "target" | "withoutCredential"
  >;
}

/** Of what no host rule decided: no credential of the client passes. */
export const strictRule: Sending["rule"] = { effect: "allow", clientCredentials: "refuse" };

type SentRequest = AuthorisationRequest & { readonly method: string };

/** A target is parsed for one tunnel. */
const sent = new Note<{ readonly target: RequestTarget; readonly request: SentRequest }>();

/** What the choice of credentials is made by, in the proxy and in an explanation. */
export function toAuthorisationRequest(incoming: IncomingRequest, sending: Sending): SentRequest {
  const { rule, disposition } = sending;
  if (disposition !== undefined) return toSentRequest(incoming, sending);
  const known = sent.read(incoming.head);
  const { head, target } = incoming;
  if (known?.target === target && known.request.rule === rule) return known.request;
  const request = toSentRequest(incoming, sending);
  sent.write(head, { target, request });
  return request;
}

function toSentRequest(
  { head, authority, target, others }: IncomingRequest,
  { rule, disposition }: Sending,
): SentRequest {
  const { scheme, host, port } = authority;
  const request = {
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
    notes: [],
  };
  const repository = disposition?.repository;
  return repository === undefined ? request : { ...request, repository };
}
