// One request through the pipeline: parse → authority → decide → authorise → record → reveal → forward → record.
// A new rule kind, credential scheme or protocol is another step or another file, never a branch in here.
import { decide } from "../policy/decide.ts";
import { VaultboxError } from "../errors.ts";
import type { Authority } from "./authority.ts";
import type { ClientSide } from "./client-side.ts";
import type { Preparation } from "./credential/authorise.ts";
import { denied } from "./denial.ts";
import { forward } from "./forward.ts";
import type { RequestHead } from "./http1/request-head.ts";
import { refuseImpossible } from "./impossible-request.ts";
import { proxyLimits } from "./limits.ts";
import type { ParsedRequest } from "./parsed-request.ts";
import type { ProxyContext } from "./proxy-context.ts";
import { Refusal } from "./refusal.ts";
import { requestAuthority } from "./request-authority.ts";
import { parseTarget } from "./target.ts";
import { withTimeLimit } from "./time-limit.ts";

/** A request that the policy allowed, with the credential it will get; nothing was resolved or revealed yet. */
interface AllowedRequest {
  readonly authority: Authority;
  readonly preparation: Preparation;
}

/**
 * Serves one parsed request. Resolves `keep` when the connection can take another one.
 * @throws Refusal when the request isn't forwarded, or its upstream failed before any answer
 */
export async function exchange(
  context: ProxyContext,
  client: ClientSide,
  request: ParsedRequest,
): Promise<"keep" | "close"> {
  const { head, record } = request;
  const allowed = decideRequest(context, request);
  await record.allow();
  const { preparation } = allowed;
  const secret = await reveal(preparation);
  const { headers, target } = preparation.apply(secret);
  return forward(context, client, {
    head,
    record,
    authority: allowed.authority,
    credential: toCredentialId(preparation),
    headers,
    target,
    secret,
  });
}

/** Everything up to the decision; pure but for the session's counters. */
function decideRequest(context: ProxyContext, request: ParsedRequest): AllowedRequest {
  const { head, tunnel, record } = request;
  const { facts } = record;
  facts.method = head.method;
  const target = parseTarget(head.method, head.target);
  refuseImpossible(head, target);
  const authority = requestAuthority(head, target, tunnel);
  facts.scheme = authority.scheme;
  facts.host = authority.host;
  facts.port = authority.port;
  facts.path = target.path;
  const { scheme, host, port } = authority;
  const egress = { scheme, host, port, method: head.method, path: target.path };
  const decision = decide(context.policy, { ...egress, websocket: head.upgrade === "websocket" });
  if (decision.rule !== undefined) facts.rule = decision.rule.source.label;
  if (decision.verdict === "deny") {
    facts.flags = strayPlaceholder(context, head);
    throw denied(decision, egress, authority);
  }
  context.limiter.countRequest();
  const preparation = context.authorise({
    ...egress,
    rawTarget: target.rawPath + target.query,
    headers: head.headers,
    rule: decision.rule,
  });
  const credential = toCredentialId(preparation);
  if (credential !== "") facts.credential = credential;
  facts.flags = preparation.flags;
  return { authority, preparation };
}

/** A placeholder on its way to a host that isn't even allowed is worth a look all the same (invariant 6). */
function strayPlaceholder(context: ProxyContext, head: RequestHead): readonly string[] {
  const text = [head.target, ...head.headers.map(([, value]) => value)].join("\n");
  return context.findPlaceholder(text) === undefined ? [] : ["placeholder-at-wrong-host"];
}

/** The secret, fetched at the last moment. Degraded means refused: a request never goes out without its credential. */
async function reveal(preparation: Preparation): Promise<string | undefined> {
  if (preparation.credential === undefined) return undefined;
  try {
    const limit = { timeoutMs: proxyLimits.revealMs, signal: undefined };
    return await withTimeLimit(preparation.credential.reveal(), limit);
  } catch (error) {
    const why = error instanceof VaultboxError ? ` (${error.code})` : "";
    throw new Refusal(502, "credential-unavailable", `the credential cannot be read${why}`, {
      cause: error,
    });
  }
}

/** `vault/name`, or empty when none is attached. */
function toCredentialId(preparation: Preparation): string {
  const { credential } = preparation;
  return credential === undefined ? "" : `${credential.vault}/${credential.name}`;
}
