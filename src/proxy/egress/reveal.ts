import { VaultboxError, type VaultboxErrorCode } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import type { Preparation } from "../decide/authorise.ts";
import type { SecretEchoes } from "./secret-echo.ts";
import type { AuthorisedRequest } from "./attach.ts";
import { proxyLimits } from "../limits.ts";
import { Refusal } from "../../http/refusal.ts";
import { TimeLimitError, withTimeLimit } from "../time-limit.ts";

/**
 * The secret, fetched at the last moment; undefined when none is attached. Degraded means refused: a request never goes
 * out without its credential.
 * @throws Refusal 502 `credential-unavailable`
 */
async function reveal(preparation: Preparation): Promise<string | undefined> {
  if (preparation.credential === undefined) return undefined;
  const { name, vault, reveal: read } = preparation.credential;
  try {
    const limit = { timeoutMs: proxyLimits.revealMs, signal: undefined };
    return await withTimeLimit(read(), limit);
  } catch (error) {
    throw new Refusal(502, "credential-unavailable", toWhy(error, toCredentialId(preparation)), {
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

/** The request as it goes upstream. @throws Refusal 502 `credential-unavailable` */
export async function revealOn(
  preparation: Preparation,
  echoes: SecretEchoes,
): Promise<AuthorisedRequest & { readonly secret: string | undefined }> {
  const secret = await reveal(preparation);
  const authorised = preparation.apply(secret);
  if (secret !== undefined) echoes.add(secret, authorised.headers);
  return { ...authorised, secret };
}

/** `vault/name`, or empty when none is attached. */
export function toCredentialId(preparation: Preparation): string {
  const { credential } = preparation;
  return credential === undefined ? "" : `${credential.vault}/${credential.name}`;
}
