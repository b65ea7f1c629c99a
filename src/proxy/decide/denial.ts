import { type SuggestedRule, toFlags, toSuggestedRule } from "../../audit/suggested-rule.ts";
import type { Decision, EgressRequest } from "../../policy/policy.ts";
import { type Authority, toAuthorityText, toHostHeader } from "../../http/authority.ts";
import { Refusal } from "../../http/refusal.ts";

/** A decision of the policy against a request or a tunnel. */
export type DeniedDecision = Extract<Decision, { verdict: "deny" }>;

const why: Record<DeniedDecision["reason"], string> = {
  "host-not-allowed": "the host is not allowed",
  "port-not-allowed": "the port is not allowed on this host",
  "scheme-not-allowed": "the scheme is not allowed on this host",
  "method-not-allowed": "the method is not allowed here",
  "path-not-allowed": "the path is not allowed on this host",
  "websocket-not-allowed": "a websocket is not allowed here",
  "denied-by-rule": "a rule denies it",
};

/** The refusal of a request that the policy denied, with what the user could run to allow exactly this. */
export function denied(
  decision: DeniedDecision,
  asked: Pick<EgressRequest, "method" | "path" | "websocket">,
  authority: Authority,
): Refusal {
  const origin = `${authority.scheme}://${toHostHeader(authority)}`;
  const request = decision.other ?? asked;
  const does =
    decision.other === undefined
      ? ""
      : `: it does what ${request.method} ${origin}${request.path} would do`;
  const reads =
    decision.reading === undefined ? "" : ` (servers may read it as ${decision.reading})`;
  const what = `refused ${asked.method} ${origin}${asked.path}${reads}${does}: ${why[decision.reason]}`;
  const { scheme, host, port } = authority;
  const suggested = toSuggestedRule({
    ...request,
    ...(asked.websocket && decision.other === undefined ? { websocket: true } : {}),
    reason: decision.reason,
    scheme,
    host,
    port,
  });
  return new Refusal(403, decision.reason, what, toRemedy(suggested));
}

/** The refusal of a tunnel (CONNECT) in which no request could be allowed. */
export function deniedTunnel({ reason }: DeniedDecision, authority: Authority): Refusal {
  const what = `refused a connection to ${toAuthorityText(authority)}: ${why[reason]}`;
  const suggested = toSuggestedRule({ ...authority, reason, method: "CONNECT", path: "" });
  return new Refusal(403, reason, what, toRemedy(suggested));
}

function toRemedy(suggested: SuggestedRule | undefined): { remedy?: string } {
  if (suggested === undefined) return {};
  const { prefix, path = "" } = suggested;
  return { remedy: `vaultbox run ${toFlags({ ...suggested, rule: `${prefix}${path}` })} …` };
}
