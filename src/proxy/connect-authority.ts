import { decideTunnel } from "../policy/decide.ts";
import { type Authority, parseAuthority, toAuthorityText } from "./authority.ts";
import type { ClientSide } from "./client-side.ts";
import { deniedTunnel } from "./denial.ts";
import { headerValues } from "./http1/header.ts";
import type { RequestHead } from "./http1/request-head.ts";
import type { ProxyContext } from "./proxy-context.ts";
import { Refusal } from "./refusal.ts";
import type { RequestRecord } from "./request-record.ts";

/**
 * What a CONNECT asks for, once it is known that some request in such a tunnel could be allowed and that its TLS could
 * be ended here. Everything that can be refused is refused before the answer to the CONNECT.
 * @throws Refusal 400, 403, 421, 502
 */
export function connectAuthority(
  context: ProxyContext,
  client: ClientSide,
  { head, record }: { head: RequestHead; record: RequestRecord },
): Authority {
  record.facts.method = "CONNECT";
  if (client.source.buffered > 0) {
    throw new Refusal(400, "request-invalid", "bytes follow a CONNECT before its answer");
  }
  if (head.body.kind !== "none") {
    throw new Refusal(400, "request-invalid", "a CONNECT request has a body");
  }
  const authority = parseAuthority(head.target, "https");
  Object.assign(record.facts, { scheme: "https", host: authority.host, port: authority.port });
  refuseOtherHost(head, authority);
  const decision = decideTunnel(context.policy, authority);
  if (decision.verdict === "deny") {
    if (decision.rule !== undefined) record.facts.rule = decision.rule.source.label;
    throw deniedTunnel(decision, toAuthorityText(authority), authority.host);
  }
  try {
    context.ca.secureContextFor(authority.host);
  } catch (error) {
    throw new Refusal(502, "internal-error", "the proxy has no certificate for this host", {
      cause: error,
    });
  }
  return authority;
}

function refuseOtherHost(head: RequestHead, authority: Authority): void {
  for (const host of headerValues(head.headers, "host")) {
    // Some clients leave the port out here; the host still has to be the same one
    const named = parseAuthority(host, "https", authority.port);
    if (named.host === authority.host && named.port === authority.port) continue;
    throw new Refusal(421, "authority-mismatch", "the CONNECT target and its Host header differ", {
      flags: ["authority-mismatch"],
    });
  }
}
