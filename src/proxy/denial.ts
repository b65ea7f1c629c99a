import { toSuggestedRule } from "../audit/suggested-rule.ts";
import type { Decision, EgressRequest } from "../policy/policy.ts";
import { type Authority, toHostHeader } from "./authority.ts";
import { Refusal } from "./refusal.ts";

type Denied = Extract<Decision, { verdict: "deny" }>;

const why: Record<Denied["reason"], string> = {
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
  decision: Denied,
  asked: Pick<EgressRequest, "method" | "path">,
  authority: Authority,
): Refusal {
  const origin = `${authority.scheme}://${toHostHeader(authority)}`;
  const request = decision.other ?? asked;
  const does =
    decision.other === undefined
      ? ""
      : `: it does what ${request.method} ${origin}${request.path} would do`;
  const what = `refused ${asked.method} ${origin}${asked.path}${does}: ${why[decision.reason]}`;
  if (decision.reason === "denied-by-rule") return new Refusal(403, decision.reason, what);
  const { scheme, host, port } = authority;
  const suggested = toSuggestedRule({ ...request, reason: decision.reason, scheme, host, port });
  if (suggested === undefined) return new Refusal(403, decision.reason, what);
  const { flag, prefix, path = "" } = suggested;
  return new Refusal(403, decision.reason, what, {
    remedy: `vaultbox run ${flag} '${prefix}${path}' …`,
  });
}

/** The refusal of a tunnel (CONNECT or SNI) in which no request could be allowed. */
export function deniedTunnel(decision: Denied, authorityText: string, host: string): Refusal {
  return new Refusal(
    403,
    decision.reason,
    `refused a connection to ${authorityText}: ${why[decision.reason]}`,
    decision.reason === "denied-by-rule" ? {} : { remedy: `vaultbox run --allow ${host} …` },
  );
}
