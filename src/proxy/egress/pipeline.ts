// authorise → record → reveal, the same for each request that leaves: a client's and vaultbox's own. What is before it decides
// whether there is a request; what is behind it sends the request and reads the answer.
import { toHostHeader, type Authority } from "../../http/authority.ts";
import type { OutgoingBody } from "../../http/handler.ts";
import type { HeaderField } from "../../http/header-fields.ts";
import type { ResponseHead } from "../../http/http1/response-head.ts";
import type { AuthorisationRequest } from "../decide/authorise.ts";
import type { ProxyContext } from "../proxy-context.ts";
import type { RequestRecord } from "./request-record.ts";
import { noteCredentials, revealOn, toCredentialId } from "./reveal.ts";
import { readSignedBody, toBodyDigest } from "./signed-body.ts";
import type { Hold } from "../../http/hold.ts";

/** A request that was decided for. */
export interface OutgoingRequest {
  readonly request: AuthorisationRequest & { readonly method: string };
  readonly authority: Authority;
  readonly record: RequestRecord;
  /** What is held of it, until the exchange is over */
  readonly hold: Hold;
  /** The next piece of its body, for what signs it; undefined at the end */
  readonly next: () => Promise<Buffer | undefined>;
}

/** The same with its credentials on it, recorded. */
export interface RevealedRequest {
  readonly headers: readonly HeaderField[];
  /** Path and query */
  readonly target: string;
  readonly secrets: readonly string[];
  /** `vault/name` of each credential on it: connections are kept for these only */
  readonly credential: string;
  /** The body that is sent, when it was read to be signed */
  readonly body?: OutgoingBody;
  /** Told the head of the answer before anyone else has it */
  readonly learn: (answer: ResponseHead) => void;
}

/**
 * Chooses the credentials, records the decision, and puts the secrets on.
 * @throws Refusal: 403 for a credential that isn't ours, 503 when the record can't be written, 502 when a secret can't be had,
 * 413 for a body that is too long to be signed
 */
export async function authoriseAndReveal(
  context: ProxyContext,
  { request, authority, record, hold, next }: OutgoingRequest,
): Promise<RevealedRequest> {
  const preparation = context.authorise(request);
  noteCredentials(record, preparation);
  record.note({ flags: preparation.flags });
  await record.allow();
  const digest = toBodyDigest(preparation.plan);
  const signed = digest === undefined ? undefined : await readSignedBody(next, digest, hold);
  const { headers, target, secrets, reject } = await revealOn(
    context,
    {
      ...preparation,
      ...(request.repository === undefined ? {} : { repository: request.repository }),
    },
    {
      method: request.method,
      host: toHostHeader(authority),
      ...(signed === undefined ? {} : { bodyDigest: signed.digest }),
    },
  );
  return {
    headers,
    target,
    secrets,
    credential: toCredentialId(preparation),
    ...(signed === undefined ? {} : { body: signed.body }),
    learn: (answer) => {
      preparation.learn?.(answer.headers);
      if (answer.status === 401) reject();
    },
  };
}
