import type { ForwardDisposition } from "../../http/handler.ts";
import type { IncomingRequest } from "../../http/incoming-request.ts";
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

/** What the choice of credentials is made by, in the proxy and in an explanation. */
export function toAuthorisationRequest(
  { head, authority, target, others }: IncomingRequest,
  { rule, disposition }: Sending,
): AuthorisationRequest & { readonly method: string } {
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
  };
  const repository = disposition?.repository;
  return repository === undefined ? request : { ...request, repository };
}
