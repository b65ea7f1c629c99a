import { VaultboxError } from "../errors.ts";
import type { Preparation } from "./credential/authorise.ts";
import type { SecretEchoes } from "./credential/secret-echo.ts";
import type { AuthorisedRequest } from "./credential/attach.ts";
import { proxyLimits } from "./limits.ts";
import { Refusal } from "./refusal.ts";
import { withTimeLimit } from "./time-limit.ts";

/**
 * The secret, fetched at the last moment; undefined when none is attached. Degraded means refused: a request never goes
 * out without its credential.
 * @throws Refusal 502 `credential-unavailable`
 */
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
