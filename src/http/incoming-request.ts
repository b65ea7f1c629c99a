import { Note } from "../base/note.ts";
import { type Authority, parseAuthority, sameAuthority, toAuthorityText } from "./authority.ts";
import type { RequestView } from "./handler.ts";
import type { HttpRequest } from "./http-request.ts";
import { refuseImpossible } from "./impossible-request.ts";
import type { OtherPath } from "./other-path.ts";
import { readSecondResources } from "./second-resource.ts";
import { parseTarget, type RequestTarget } from "./target.ts";
import { Refusal } from "./refusal.ts";

/** A request about which everything is known that its head says, and nothing is decided. */
export interface IncomingRequest {
  readonly head: HttpRequest;
  readonly authority: Authority;
  readonly target: RequestTarget;
  /** What it reads or writes beside its target */
  readonly others: readonly OtherPath[];
}

/** What the record of a request begins with. */
interface RequestPlaceFacts {
  method?: string;
  scheme?: string;
  host?: string;
  port?: number;
  /** Canonical, without query */
  path?: string;
  websocket?: true;
}

/**
 * @param tunnel the authority of the tunnel it came through, undefined on an open connection
 * @param facts filled in once they're known: a request that is refused here is recorded too
 * @throws Refusal
 */
export function parseIncomingRequest(
  head: HttpRequest,
  tunnel: Authority | undefined,
  facts: RequestPlaceFacts = {},
): IncomingRequest {
  facts.method = head.method;
  const known = parsed.read(head);
  if (known?.tunnel === tunnel && known !== undefined) {
    noteRequestPlace(facts, known.incoming);
    return known.incoming;
  }
  const target = parseTarget(head.method, head.target);
  const authority = requestAuthority(head, target, tunnel);
  noteRequestPlace(facts, { head, authority, target });
  refuseImpossible(head, target, authority);
  const others = readSecondResources({ head, authority, target });
  const incoming = { head, authority, target, others };
  parsed.write(head, { tunnel, incoming });
  return incoming;
}

const parsed = new Note<{
  readonly tunnel: Authority | undefined;
  readonly incoming: IncomingRequest;
}>();

function noteRequestPlace(
  facts: RequestPlaceFacts,
  { head, authority, target }: Pick<IncomingRequest, "head" | "authority" | "target">,
): void {
  facts.scheme = authority.scheme;
  facts.host = authority.host;
  facts.port = authority.port;
  facts.path = target.path;
  if (head.upgrade === "websocket") facts.websocket = true;
}

/** The request as handlers see it. */
export function toRequestView({ head, authority, target }: IncomingRequest): RequestView {
  return {
    head,
    authority,
    method: head.method,
    path: target.path,
    readings: target.handlerReadings,
    rawPath: target.rawPath,
    query: target.query,
  };
}

/**
 * One parsed authority per request (invariant 2): everything that names a destination is parsed the same way and must
 * agree; policy, dial, TLS name, Host header, credential choice, pool key and audit all get the one object.
 * @param tunnel the authority of the CONNECT or SNI that the request came through, undefined on an open connection
 * @throws Refusal 400 when one isn't valid, 421 `authority-mismatch` when two disagree
 */
function requestAuthority(
  head: HttpRequest,
  target: RequestTarget,
  tunnel: Authority | undefined,
): Authority {
  const [host, second] = head.hosts;
  if (second !== undefined)
    throw new Refusal(400, "request-invalid", "there is more than one Host header");
  if (host === undefined) throw new Refusal(400, "request-invalid", "there is no Host header");
  const scheme = target.scheme ?? tunnel?.scheme ?? "http";
  const defaultPort = scheme === "https" ? 443 : 80;
  const fromHost = parseAuthority(host, scheme, defaultPort);
  const written = target.authorityText;
  const fromTarget =
    written === undefined ? undefined : parseAuthority(written, scheme, defaultPort);
  const first = tunnel ?? fromTarget ?? fromHost;
  const isSame = (one: Authority | undefined) => one === undefined || sameAuthority(one, first);
  if (isSame(fromTarget) && isSame(fromHost)) return first;
  const claims = Object.entries({ tunnel, target: fromTarget, host: fromHost });
  const texts = claims.flatMap(([place, authority]) =>
    authority === undefined ? [] : [[place, toUrlText(authority)] as const],
  );
  throw new AuthorityMismatch(Object.fromEntries(texts));
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

function toUrlText(authority: Authority): string {
  return `${authority.scheme}://${toAuthorityText(authority)}`;
}
