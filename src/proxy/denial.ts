import type { Decision, EgressRequest } from "../policy/policy.ts";
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
export function denied(decision: Denied, request: Omit<EgressRequest, "websocket">): Refusal {
  const url = `${toOrigin(request)}${request.path}`;
  const what = `refused ${request.method} ${url}: ${why[decision.reason]}`;
  if (decision.reason === "denied-by-rule") return new Refusal(403, decision.reason, what);
  const isWebSocket = decision.reason === "websocket-not-allowed";
  const pattern = isWebSocket ? toPattern(request).replace(/^http/, "ws") : toPattern(request);
  return new Refusal(403, decision.reason, what, {
    remedy: `vaultbox run --allow '${request.method} ${pattern}' …`,
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

// The path was chosen in the sandbox and the remedy is for a shell of the host: nothing that a shell reads specially
function toPattern(request: Omit<EgressRequest, "websocket">): string {
  const path = /^[A-Za-z0-9._~/@-]{1,200}$/.test(request.path) ? request.path : "/**";
  return `${toOrigin(request)}${path}`;
}

/** Scheme and host, with the port where it isn't the scheme's own. */
function toOrigin(request: Omit<EgressRequest, "websocket">): string {
  const isDefault = request.port === (request.scheme === "https" ? 443 : 80);
  const host = request.host.includes(":") ? `[${request.host}]` : request.host;
  return `${request.scheme}://${host}${isDefault ? "" : `:${request.port}`}`;
}
