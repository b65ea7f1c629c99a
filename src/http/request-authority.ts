// One parsed authority per request (invariant 2): everything that names a destination is parsed the same way and must
// agree; policy, dial, TLS name, Host header, credential choice, pool key and audit all get the one object.
import { type Authority, parseAuthority, sameAuthority, toAuthorityText } from "./authority.ts";
import type { HttpRequest } from "./http-request.ts";
import { Refusal } from "./refusal.ts";
import type { RequestTarget } from "./target.ts";

/**
 * @param tunnel the authority of the CONNECT or SNI that the request came through, undefined on an open connection
 * @throws Refusal 400 when one isn't valid, 421 `authority-mismatch` when two disagree
 */
export function requestAuthority(
  head: HttpRequest,
  target: RequestTarget,
  tunnel: Authority | undefined,
): Authority {
  const [host, ...others] = head.hosts;
  if (others.length > 0)
    throw new Refusal(400, "request-invalid", "there is more than one Host header");
  if (host === undefined) throw new Refusal(400, "request-invalid", "there is no Host header");
  const scheme = target.scheme ?? tunnel?.scheme ?? "http";
  const defaultPort = scheme === "https" ? 443 : 80;
  const fromHost = parseAuthority(host, scheme, defaultPort);
  const fromTarget =
    target.authorityText === undefined
      ? undefined
      : parseAuthority(target.authorityText, scheme, defaultPort);
  const named = [tunnel, fromTarget, fromHost].filter((authority) => authority !== undefined);
  const [first = fromHost] = named;
  for (const authority of named) {
    if (!sameAuthority(authority, first)) throw mismatch(tunnel, fromTarget, fromHost);
  }
  return first;
}

/** Names every claim, so that the audit shows what was tried. */
export class AuthorityMismatch extends Refusal {
  readonly claimed: Readonly<Record<string, string>>;

  constructor(claimed: Readonly<Record<string, string>>) {
    const text = Object.entries(claimed)
      .map(([place, authority]) => `${place} ${authority}`)
      .join(", ");
    super(421, "authority-mismatch", `the request names different hosts: ${text}`, {
      flags: ["authority-mismatch"],
    });
    this.claimed = claimed;
  }
}

function mismatch(
  tunnel: Authority | undefined,
  target: Authority | undefined,
  host: Authority,
): AuthorityMismatch {
  const claimed: Record<string, string> = {};
  if (tunnel !== undefined) claimed["tunnel"] = toUrlText(tunnel);
  if (target !== undefined) claimed["target"] = toUrlText(target);
  claimed["host"] = toUrlText(host);
  return new AuthorityMismatch(claimed);
}

function toUrlText(authority: Authority): string {
  return `${authority.scheme}://${toAuthorityText(authority)}`;
}
