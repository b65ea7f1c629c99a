import { VaultboxError, type VaultboxErrorCode } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import type { Preparation } from "../decide/authorise.ts";
import type { Secret } from "../../base/redact.ts";
import type { AuthorisedRequest } from "../../credential/scheme.ts";
import type { SecretContext, SecretLease } from "../../credential/secret-provider.ts";
import type { SessionCredential } from "../../credential/session-credential.ts";
import type { ProxyContext } from "../proxy-context.ts";
import type { RequestRecord } from "./request-record.ts";
import { attach, unavailable } from "./attach.ts";
import { proxyLimits } from "../limits.ts";
import { Refusal } from "../../http/refusal.ts";
import { TimeLimitError, withTimeLimit } from "../time-limit.ts";

/** A request with its secrets on it. */
interface WithSecrets extends AuthorisedRequest {
  readonly secrets: readonly string[];
  /** Who gave them, in that order */
  readonly given: readonly GivenSecret[];
}

const anyPlace: SecretContext = {};

interface GivenSecret {
  readonly credential: SessionCredential;
  readonly secret: Secret;
}

/** What a scheme may sign beside headers and target, and what a secret may be chosen by. */
interface SigningParts {
  readonly method: string;
  readonly host: string;
  readonly bodyDigest?: Buffer | undefined;
  readonly repository?: string | undefined;
}

/**
 * The request as it goes upstream: secrets are fetched at the last moment. Degraded means refused: a request never goes out
 * without its credentials.
 * @throws Refusal 502 `credential-unavailable`
 */
export async function revealOn(
  { echoes, findPlaceholder }: Pick<ProxyContext, "echoes" | "findPlaceholder">,
  { plan, request }: Pick<Preparation, "plan" | "request">,
  { method, host, bodyDigest, repository }: SigningParts,
): Promise<WithSecrets> {
  const context = repository === undefined ? anyPlace : { repository };
  const signed = bodyDigest === undefined ? { method, host } : { method, host, bodyDigest };
  const given: GivenSecret[] = [];
  const secrets: string[] = [];
  let authorised = request;
  // Whoever must be waited for is, before any is taken: a first one could be rotated while a second one is asked for
  if (plan.length > 1) await Promise.all(plan.map(async (one) => get(one.credential, context)));
  for (const { credential, binding } of plan) {
    const got = get(credential, context);
    const secret = got instanceof Promise ? await got : got;
    const value = secret.reveal();
    if (findPlaceholder(value) !== undefined) throw unavailable("its secret is a placeholder");
    const before = authorised.headers.length;
    const attached = attach({ ...signed, ...authorised }, binding.scheme, value);
    authorised = attached instanceof Promise ? await attached : attached;
    echoes.add(value, authorised.headers.slice(before));
    secrets.push(value);
    given.push({ credential, secret });
  }
  return { headers: authorised.headers, target: authorised.target, secrets, given };
}

/** A request that no credential of ours goes on. */
export function withoutSecrets({ headers, target }: AuthorisedRequest): WithSecrets {
  return { headers, target, secrets: [], given: [] };
}

/** Tells whoever gave the secrets that the server refused them (401). */
export function rejectSecrets({ given }: Pick<WithSecrets, "given">): void {
  for (const { credential, secret } of given) credential.provider.rejected(secret);
}

/** At once where it's known; fails with a Refusal. */
function get(credential: SessionCredential, context: SecretContext): Secret | Promise<Secret> {
  try {
    const lease = credential.provider.get(context);
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
