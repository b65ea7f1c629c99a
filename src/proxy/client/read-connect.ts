import { decideTunnel } from "../../policy/decide.ts";
import { type Authority, parseAuthority } from "../../http/authority.ts";
import type { ClientSide } from "./client-side.ts";
import { type DeniedDecision, deniedTunnel } from "../decide/denial.ts";
import { headerValues } from "../../http/header-fields.ts";
import type { HttpRequest } from "../../http/http-request.ts";
import type { ProxyContext } from "../proxy-context.ts";
import { Refusal } from "../../http/refusal.ts";
import type { RequestRecord } from "../egress/request-record.ts";

/** What a CONNECT asks for, and whether any request in such a tunnel could be allowed. */
export type AskedTunnel =
  | { readonly verdict: "allow"; readonly authority: Authority }
  | DeniedTunnel;

/** A tunnel in which nothing could be allowed. */
export interface DeniedTunnel {
  readonly verdict: "deny";
  /** The host as the client wrote it, for a certificate where the client's TLS names none */
  readonly host: string;
  readonly refusal: Refusal;
  /** Of the policy; undefined where the host isn't valid */
  readonly denial: { readonly decision: DeniedDecision; readonly authority: Authority } | undefined;
}

/** A host that isn't valid and that a client may all the same speak TLS with. */
const looseTarget = /^([\w.-]{1,253}):([1-9][0-9]{0,4})$/;

/**
 * Everything that can be refused is refused before the answer to the CONNECT.
 * @throws Refusal 400, 421, 502 where no tunnel can be opened, not even to say why it is refused
 */
export function readConnect(
  context: ProxyContext,
  client: ClientSide,
  { head, record }: { head: HttpRequest; record: RequestRecord },
): AskedTunnel {
  record.note({ method: "CONNECT" });
  if (client.source.buffered > 0) {
    throw new Refusal(400, "request-invalid", "bytes follow a CONNECT before its answer");
  }
  const tunnel = decideConnect(context, head, record);
  if (tunnel.verdict === "deny") return tunnel;
  try {
    context.ca.secureContextFor(tunnel.authority.host);
  } catch (error) {
    throw new Refusal(502, "internal-error", "the proxy has no certificate for this host", {
      cause: error,
    });
  }
  return tunnel;
}

function decideConnect(
  context: ProxyContext,
  head: HttpRequest,
  record: RequestRecord,
): AskedTunnel {
  let authority: Authority;
  try {
    authority = parseAuthority(head.target, "https");
  } catch (error) {
    const [, host, port] = looseTarget.exec(head.target) ?? [];
    if (!(error instanceof Refusal) || host === undefined || Number(port) > 65_535) throw error;
    return { verdict: "deny", host, refusal: error, denial: undefined };
  }
  record.note({ scheme: "https", host: authority.host, port: authority.port });
  refuseOtherHost(head, authority);
  const decision = decideTunnel(context.deciders.policy, authority);
  if (decision.verdict === "allow") return { verdict: "allow", authority };
  if (decision.rule !== undefined) record.note({ rule: decision.rule.source.label });
  return {
    verdict: "deny",
    host: authority.host,
    refusal: deniedTunnel(decision, authority),
    denial: { decision, authority },
  };
}

function refuseOtherHost(head: HttpRequest, authority: Authority): void {
  for (const host of headerValues(head.headers, "host")) {
    // Some clients leave the port out here; the host still has to be the same one
    const named = parseAuthority(host, "https", authority.port);
    if (named.host === authority.host && named.port === authority.port) continue;
    throw new Refusal(421, "authority-mismatch", "the CONNECT target and its Host header differ", {
      flags: ["authority-mismatch"],
    });
  }
}
