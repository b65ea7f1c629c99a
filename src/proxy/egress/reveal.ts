import { VaultboxError, type VaultboxErrorCode } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import type { Preparation } from "../decide/authorise.ts";
import type { Secret } from "../../base/redact.ts";
import type { AuthorisedRequest, UnsignedRequest } from "../../credential/scheme.ts";
import type { SecretContext } from "../../credential/secret-provider.ts";
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
  /** Tells whoever gave the secrets that the server refused them (401). */
  readonly reject: () => void;
}

/** What a scheme may sign beside headers and target. */
type SignedParts = Pick<UnsignedRequest, "method" | "host" | "bodyDigest">;

/**
 * The request as it goes upstream: secrets are fetched at the last moment. Degraded means refused: a request never goes out
 * without its credentials.
 * @throws Refusal 502 `credential-unavailable`
 */
export async function revealOn(
  { echoes, findPlaceholder }: Pick<ProxyContext, "echoes" | "findPlaceholder">,
  { plan, request, repository }: Pick<Preparation, "plan" | "request"> & SecretContext,
  parts: SignedParts,
): Promise<WithSecrets> {
  const context = repository === undefined ? {} : { repository };
  const given: (() => void)[] = [];
  const secrets: string[] = [];
  let authorised = request;
  // Whoever must be waited for is, before any is taken: a first one could be rotated while a second one is asked for
  if (plan.length > 1) await Promise.all(plan.map((one) => get(one.credential, context)));
  for (const { credential, binding } of plan) {
    const secret = await get(credential, context);
    const value = secret.reveal();
    if (findPlaceholder(value) !== undefined) throw unavailable("its secret is a placeholder");
    const before = authorised.headers.length;
    authorised = await attach({ ...parts, ...authorised }, binding.scheme, value);
    echoes.add(value, authorised.headers.slice(before));
    secrets.push(value);
    given.push(() => credential.provider.rejected(secret));
  }
  return { ...authorised, secrets, reject: () => given.forEach((tell) => tell()) };
}

/** A request that no credential of ours goes on. */
export function withoutSecrets(request: AuthorisedRequest): WithSecrets {
  return { headers: request.headers, target: request.target, secrets: [], reject: () => undefined };
}

async function get(credential: SessionCredential, context: SecretContext): Promise<Secret> {
  try {
    const lease = credential.provider.get(context);
    if (!(lease instanceof Promise)) return lease.secret;
    return (await withTimeLimit(lease, proxyLimits.revealMs)).secret;
  } catch (error) {
    const { name, vault } = credential;
    throw new Refusal(502, "credential-unavailable", toWhy(error, toId(credential)), {
      remedy: `vaultbox credential test ${name} --vault ${vault}`,
      cause: error,
    });
  }
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
  record.note({
    flags,
    ...(credential === undefined ? {} : { credential }),
    ...(others.length === 0 ? {} : { otherCredentials: others }),
  });
}

/** `vault/name`. */
function toId({ name, vault }: SessionCredential): string {
  return `${vault}/${name}`;
}

/** `vault/name` of each that goes on the request, joined: connections are kept for these only. Empty for none. */
export function toCredentialId({ plan }: Pick<Preparation, "plan">): string {
  return plan.map(({ credential }) => toId(credential)).join(", ");
}
