import type { Authority } from "./authority.ts";
import type { RequestView } from "./handler.ts";
import type { HttpRequest } from "./http-request.ts";
import { refuseImpossible } from "./impossible-request.ts";
import type { OtherPath } from "./other-path.ts";
import { requestAuthority } from "./request-authority.ts";
import { readSecondResources } from "./second-resource.ts";
import { parseTarget, type RequestTarget } from "./target.ts";

/** A request about which everything is known that its head says, and nothing is decided. */
export interface IncomingRequest {
  readonly head: HttpRequest;
  readonly authority: Authority;
  readonly target: RequestTarget;
  /** What it reads or writes beside its target */
  readonly others: readonly OtherPath[];
}

/** What the record of a request begins with. */
export interface RequestPlaceFacts {
  readonly method?: string;
  readonly scheme?: string;
  readonly host?: string;
  readonly port?: number;
  /** Canonical, without query */
  readonly path?: string;
  readonly websocket?: true;
}

/**
 * @param tunnel the authority of the tunnel it came through, undefined on an open connection
 * @param note told each fact once it's known: a request that is refused here is recorded too
 * @throws Refusal
 */
export function parseIncomingRequest(
  head: HttpRequest,
  tunnel: Authority | undefined,
  note: (facts: RequestPlaceFacts) => void = () => undefined,
): IncomingRequest {
  note({ method: head.method });
  const target = parseTarget(head.method, head.target);
  const authority = requestAuthority(head, target, tunnel);
  const { scheme, host, port } = authority;
  note({ scheme, host, port, path: target.path });
  if (head.upgrade === "websocket") note({ websocket: true });
  refuseImpossible(head, target, authority);
  return { head, authority, target, others: readSecondResources({ head, authority, target }) };
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
