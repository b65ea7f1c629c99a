// authorise → record → reveal → send → transform, the same for each request that leaves: a client's and vaultbox's own. What is
// before it decides whether there is a request; what is behind it reads the answer, and ends the record.
import { toHostHeader, type Authority } from "../../http/authority.ts";
import { type Body, noBody } from "../../http/body.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { ResponseTransform } from "../../http/handler.ts";
import type { HeaderField } from "../../http/header-fields.ts";
import type { Hold } from "../../http/hold.ts";
import type { AuthorisationRequest, Preparation } from "../decide/authorise.ts";
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
  type WithSecrets,
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
  const preparation = context.authorise(outgoing.request);
  noteAuthorisation(outgoing.record, preparation);
  const written = outgoing.record.allow();
  if (written !== undefined) await written;
  // Whatever waits for the client does so before the secret is taken: one that is rotated meanwhile must not be sent
  const read = readAhead(outgoing, preparation);
  const body = read instanceof Promise ? await read : read;
  const given = reveal(context, outgoing, preparation, body);
  const revealed = given instanceof Promise ? await given : given;
  const upstream = await context.upstream.send(
    toUpstreamRequest(outgoing, preparation, { revealed, body: body.body }),
  );
  try {
    if (upstream.head.status === 401) rejectSecrets(revealed);
    const turn = context.turns.take();
    if (turn !== undefined) await turn;
    return receive(context, outgoing, { upstream, preparation, revealed });
  } catch (error) {
    upstream.close();
    throw error;
  }
}

/** What is sent, once all of it was read that has to be: to be signed, or to know whether there is anything. */
function readAhead(
  { request, body, hold }: OutgoingRequest,
  { plan }: Preparation,
): ReadBody | Promise<ReadBody> {
  const digest = toBodyDigest(plan);
  if (digest !== undefined) return readSignedBody(body, digest, hold);
  // Some clients announce chunks on every GET; a server that never reads a body there would take their end for a request
  const mayBeEmpty = request.method === "GET" && body.length === "unknown";
  return mayBeEmpty ? withoutEmptyBody(body) : { body };
}

interface ReadBody {
  readonly body: Body;
  /** Of one that is signed */
  readonly digest?: Buffer;
}

async function withoutEmptyBody(body: Body): Promise<ReadBody> {
  return { body: (await body.isEmpty?.()) === true ? noBody : body };
}

function reveal(
  context: ProxyContext,
  { request: { method, repository }, authority }: OutgoingRequest,
  { plan, request }: Preparation,
  { digest }: ReadBody,
): WithSecrets | Promise<WithSecrets> {
  const parts = { method, host: toHostHeader(authority) };
  return revealOn(
    context,
    repository === undefined ? { plan, request } : { plan, request, repository },
    digest === undefined ? parts : { ...parts, bodyDigest: digest },
  );
}

function toUpstreamRequest(
  outgoing: OutgoingRequest,
  preparation: Preparation,
  { revealed, body }: { readonly revealed: WithSecrets; readonly body: Body },
): UpstreamRequest {
  const { authority, granted, record, client, patience, asked, admission, request } = outgoing;
  return {
    authority,
    credential: toCredentialId(preparation),
    method: request.method,
    target: withGrantedQuery(revealed.target, granted?.query),
    headers: granted === undefined ? revealed.headers : [...revealed.headers, ...granted.headers],
    body,
    upgrade: asked.upgrade,
    takesTrailers: asked.takesTrailers,
    record,
    countUpload: admission.countUpload,
    client,
    patience,
  };
}

/** The answer as it may go on. */
function receive(
  { echoes }: ProxyContext,
  { client, transform: handler, granted, hold }: OutgoingRequest,
  parts: {
    readonly upstream: UpstreamAnswer;
    readonly preparation: Preparation;
    readonly revealed: WithSecrets;
  },
): ReceivedAnswer {
  const { upstream, preparation, revealed } = parts;
  const { head, body } = upstream;
  if (client === undefined) return { upstream, head, body };
  const secrets = revealed.given.map(({ secret }) => secret.reveal());
  const search = { echoes, secrets: withGrants(secrets, granted) };
  const transforms = toTransforms({ handler, learn: preparation.learn, search });
  const changed = transformAnswer({ head, body }, transforms, hold);
  return { upstream, head: changed.head, body: changed.body };
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
