// authorise → record → reveal → send → transform, the same for each request that leaves: a client's and vaultbox's own. What is
// before it decides whether there is a request; what is behind it reads the answer, and ends the record.
import { toHostHeader, type Authority } from "../../http/authority.ts";
import { type Body, noBody } from "../../http/body.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { ResponseTransform } from "../../http/handler.ts";
import type { HeaderField } from "../../http/header-fields.ts";
import type { Hold } from "../../http/hold.ts";
import type { AuthorisationRequest } from "../decide/authorise.ts";
import type { Admission } from "../decide/admission.ts";
import { proxyLimits } from "../limits.ts";
import type { ProxyContext } from "../proxy-context.ts";
import type { UpstreamAnswer, UpstreamRequest } from "../upstream/upstream.ts";
import type { RequestRecord } from "./request-record.ts";
import {
  noteAuthorisation,
  rejectSecrets,
  revealOn,
  toCredentialId,
  withoutSecrets,
} from "./reveal.ts";
import { readSignedBody, toBodyDigest } from "./signed-body.ts";
import { toTransforms, transformAnswer, type UnreadAnswer } from "./transforms.ts";

interface Granted {
  readonly headers: readonly HeaderField[];
  readonly query: string;
}

/** A request that was decided for, and admitted. */
export interface OutgoingRequest {
  readonly request: AuthorisationRequest & { readonly method: string };
  readonly authority: Authority;
  readonly record: RequestRecord;
  readonly admission: Admission;
  /** What is held of it, until the exchange is over */
  readonly hold: Hold;
  readonly body: Body;
  /** What the client asked for beside the answer */
  readonly asked: Pick<UpstreamRequest, "upgrade" | "takesTrailers">;
  /** Put on behind the credential, unlooked at: what a storage asked for. The query has its `?` */
  readonly granted?: Granted | undefined;
  /** Who gets the answer, through the transforms; undefined for vaultbox itself */
  readonly client: Exchange | undefined;
  readonly patience: UpstreamRequest["patience"];
  /** Of the handler that decided it */
  readonly transform?: ResponseTransform | undefined;
}

/** An answer, and the connection that it comes on. */
export interface ReceivedAnswer extends UnreadAnswer {
  readonly upstream: UpstreamAnswer;
}

/** How long a client's upstream may take. */
export const clientPatience: UpstreamRequest["patience"] = {
  headMs: proxyLimits.responseHeadMs,
  silenceMs: proxyLimits.responseBodyIdleMs,
};

/**
 * Chooses the credentials, records the decision, puts the secrets on, sends it, and gives the answer as it may go on.
 * @throws Refusal: 403 for a credential that isn't ours, 503 when the record can't be written, 502 when a secret can't be had
 * or the upstream fails, 413 for a body that is too long to be signed
 */
export async function sendOut(
  context: ProxyContext,
  outgoing: OutgoingRequest,
): Promise<ReceivedAnswer> {
  const { request, authority, record, hold, granted, client, body } = outgoing;
  const preparation = context.authorise(request);
  noteAuthorisation(record, preparation);
  await record.allow();
  const digest = toBodyDigest(preparation.plan);
  const signed = digest === undefined ? undefined : await readSignedBody(body, digest, hold);
  // Whatever waits for the client does so before the secret is taken: one that is rotated meanwhile must not be sent
  const sent = signed?.body ?? (mayBeEmpty(outgoing) ? await withoutEmptyBody(body) : body);
  const { repository, method } = request;
  const host = toHostHeader(authority);
  const revealed =
    preparation.plan.length === 0
      ? withoutSecrets(preparation.request)
      : await revealOn(context, preparation, {
          method,
          host,
          bodyDigest: signed?.digest,
          repository,
        });
  const upstream = await context.upstream.send({
    authority,
    credential: toCredentialId(preparation),
    method,
    target: withGrantedQuery(revealed.target, granted?.query),
    headers: granted === undefined ? revealed.headers : [...revealed.headers, ...granted.headers],
    body: sent,
    upgrade: outgoing.asked.upgrade,
    takesTrailers: outgoing.asked.takesTrailers,
    record,
    countUpload: outgoing.admission.countUpload,
    client,
    patience: outgoing.patience,
  });
  try {
    if (upstream.head.status === 401) rejectSecrets(revealed);
    const turn = context.turns.take();
    if (turn !== undefined) await turn;
    if (client === undefined) return { upstream, head: upstream.head, body: upstream.body };
    const transforms = toTransforms({
      handler: outgoing.transform,
      learn: preparation.learn,
      search: { echoes: context.echoes, secrets: withGrants(revealed.secrets, granted) },
    });
    return { upstream, ...transformAnswer(upstream, transforms, hold) };
  } catch (error) {
    upstream.close();
    throw error;
  }
}

/** What is searched for in the answer as it is, however short it is. */
function withGrants(secrets: readonly string[], granted: Granted | undefined): readonly string[] {
  if (granted === undefined) return secrets;
  const values = granted.headers.filter(([name]) => name.toLowerCase() === "authorization");
  const grants = [...values.map(([, value]) => value), granted.query.slice(1)];
  return [...secrets, ...grants.filter((text) => text !== "")];
}

function withGrantedQuery(target: string, query = ""): string {
  return target.includes("?") ? `${target}${query.replace("?", "&")}` : `${target}${query}`;
}

/** Some clients announce chunks on every GET; a server that never reads a body there would take their end for a request. */
function mayBeEmpty({ request, body }: OutgoingRequest): boolean {
  return request.method === "GET" && body.length === "unknown";
}

async function withoutEmptyBody(body: Body): Promise<Body> {
  return (await body.isEmpty?.()) === true ? noBody : body;
}
