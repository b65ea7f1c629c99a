import { VaultboxError, type VaultboxErrorCode } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import type { Preparation } from "../decide/authorise.ts";
import type { Secret } from "../../base/redact.ts";
import type { CredentialBinding } from "../../credential/binding.ts";
import type { BoundCredential } from "../../credential/bound-hosts.ts";
import type { AuthorisedRequest, UnsignedRequest } from "../../credential/scheme.ts";
import type { SecretContext, SecretLease } from "../../credential/secret-provider.ts";
import type { SessionCredential } from "../../credential/session-credential.ts";
import type { ProxyContext } from "../proxy-context.ts";
import type { RequestRecord } from "./request-record.ts";
import { attach, unavailable } from "./attach.ts";
import { proxyLimits } from "../limits.ts";
import { Refusal } from "../../http/refusal.ts";
import { TimeLimitError, withTimeLimit } from "../time-limit.ts";

/** A request with its secrets on it. */
export interface WithSecrets extends AuthorisedRequest {
  /** In the order of the plan */
  readonly given: readonly GivenSecret[];
}

interface GivenSecret {
  readonly credential: SessionCredential;
  readonly secret: Secret;
}

/** What is chosen to go on a request. */
interface Planned extends SecretContext {
  readonly plan: readonly BoundCredential[];
  readonly request: AuthorisedRequest;
}

/** What a scheme may sign beside headers and target. */
type SignedParts = Pick<UnsignedRequest, "method" | "host" | "bodyDigest">;

type RevealContext = Pick<ProxyContext, "echoes" | "findPlaceholder">;

/**
 * The request as it goes upstream: secrets are fetched at the last moment, without a promise where the only one is known.
 * Degraded means refused: a request never goes out without its credentials.
 * @throws Refusal 502 `credential-unavailable`; a promise rejects with it
 */
export function revealOn(
  context: RevealContext,
  planned: Planned,
  parts: SignedParts,
): WithSecrets | Promise<WithSecrets> {
  const [only, ...others] = planned.plan;
  if (only === undefined) return { ...planned.request, given: [] };
  if (others.length > 0) return revealAll(context, planned, parts);
  const { credential, binding } = only;
  const secret = get(credential, planned);
  const put = (known: Secret): WithSecrets | Promise<WithSecrets> => {
    const given = [{ credential, secret: known }];
    const { headers, target } = planned.request;
    const request = putOn(context, { ...parts, headers, target }, binding, known);
    if (request instanceof Promise) return request.then((signed) => ({ ...signed, given }));
    return { headers: request.headers, target: request.target, given };
  };
  return secret instanceof Promise ? secret.then(put) : put(secret);
}

async function revealAll(
  context: RevealContext,
  planned: Planned,
  parts: SignedParts,
): Promise<WithSecrets> {
  const { plan } = planned;
  // Whoever must be waited for is, before any is taken: a first one could be rotated while a second one is asked for
  await Promise.all(plan.map(async (one) => get(one.credential, planned)));
  let { request } = planned;
  const given: GivenSecret[] = [];
  for (const { credential, binding } of plan) {
    const secret = await get(credential, planned);
    request = await putOn(context, { ...parts, ...request }, binding, secret);
    given.push({ credential, secret });
  }
  return { headers: request.headers, target: request.target, given };
}

function putOn(
  { echoes, findPlaceholder }: RevealContext,
  request: UnsignedRequest,
  { scheme }: CredentialBinding,
  secret: Secret,
): AuthorisedRequest | Promise<AuthorisedRequest> {
  const value = secret.reveal();
  if (findPlaceholder(value) !== undefined) throw unavailable("its secret is a placeholder");
  const remember = (attached: AuthorisedRequest): AuthorisedRequest => {
    echoes.add(value, attached.headers.slice(request.headers.length));
    return attached;
  };
  const attached = attach(request, scheme, value);
  return attached instanceof Promise ? attached.then(remember) : remember(attached);
}

/** Tells whoever gave the secrets that the server refused them (401). */
export function rejectSecrets({ given }: Pick<WithSecrets, "given">): void {
  for (const { credential, secret } of given) credential.provider.rejected(secret);
}

/** At once where it's known; fails with a Refusal. */
function get(
  credential: SessionCredential,
  { repository }: SecretContext,
): Secret | Promise<Secret> {
  try {
    const lease = credential.provider.get(repository === undefined ? {} : { repository });
    return lease instanceof Promise ? wait(credential, lease) : lease.secret;
  } catch (error) {
    throw toUnavailable(credential, error);
  }
}

async function wait(credential: SessionCredential, lease: Promise<SecretLease>): Promise<Secret> {
  try {
    return (await withTimeLimit(lease, proxyLimits.revealMs)).secret;
  } catch (error) {
    throw toUnavailable(credential, error);
  }
}

function toUnavailable(credential: SessionCredential, cause: unknown): Refusal {
  const { name, vault } = credential;
  return new Refusal(502, "credential-unavailable", toWhy(cause, toId(credential)), {
    remedy: `vaultbox credential test ${name} --vault ${vault}`,
    cause,
  });
}

/** Errors whose text names a credential, a program or a variable, and nothing else of the host. */
const toldCodes: ReadonlySet<VaultboxErrorCode> = new Set([
  "VBX_HOST_COMMAND_FAILED",
  "VBX_CREDENTIAL_INVALID",
  "VBX_CREDENTIAL_UNKNOWN",
]);

/** Says what failed to the client too: its user can't help who only reads that something did. */
function toWhy(error: unknown, credential: string): string {
  const cannot = `the credential ${quoted(credential)} cannot be read`;
  if (error instanceof TimeLimitError) return `${cannot}: it took ${error.message}`;
  if (!(error instanceof VaultboxError)) return cannot;
  return toldCodes.has(error.code) ? error.message : `${cannot} (${error.code})`;
}

/** For the audit: which credentials go on the request, and what was left out of it. */
export function noteAuthorisation(record: RequestRecord, { plan, flags }: Preparation): void {
  const [credential, ...others] = plan.map((one) => toId(one.credential));
  const { facts } = record;
  if (credential !== undefined) facts.credential = credential;
  if (others.length > 0) facts.otherCredentials = others;
  if (flags.length > 0) facts.flags = flags;
}

/** `vault/name`. */
function toId({ name, vault }: SessionCredential): string {
  return `${vault}/${name}`;
}

/** `vault/name` of each that goes on the request, joined: connections are kept for these only. Empty for none. */
export function toCredentialId({ plan }: Pick<Preparation, "plan">): string {
  return plan.map(({ credential }) => toId(credential)).join(", ");
}
