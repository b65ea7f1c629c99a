import { findSecretFault } from "../../base/secret-fault.ts";
import { type CredentialScheme, kindOf } from "../../credential/schemes.ts";
import type { AuthorisedRequest, UnsignedRequest } from "../../credential/scheme.ts";
import { Refusal } from "../../http/refusal.ts";

/**
 * Puts the secret on the request, behind everything that's there already.
 * @throws Refusal credential-unavailable, which never quotes the secret; a promise rejects with it
 */
export function attach(
  request: UnsignedRequest,
  scheme: CredentialScheme,
  secret: string,
): AuthorisedRequest | Promise<AuthorisedRequest> {
  const fault = findSecretFault(secret);
  if (fault !== undefined) throw unavailable(`its secret ${fault}`);
  try {
    const attached = kindOf(scheme).apply(scheme, request, secret);
    return attached instanceof Promise ? attached.catch(failed) : attached;
  } catch (error) {
    return failed(error);
  }
}

function failed(error: unknown): never {
  throw unavailable(error instanceof Error ? error.message : "its scheme failed");
}

export function unavailable(why: string): Refusal {
  return new Refusal(
    502,
    "credential-unavailable",
    `the credential for this host can't be used: ${why}`,
    { remedy: "vaultbox credential rotate NAME" },
  );
}
