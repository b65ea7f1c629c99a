import { findSecretFault } from "../../base/secret-fault.ts";
import type { HeaderField } from "../../http/http1/header.ts";
import { isOwnRequestField } from "../../http/http1/serialize.ts";
import { Refusal } from "../../http/refusal.ts";
import type { CredentialScheme } from "../../credential/session-credential.ts";
import { applyBasic } from "../../credential/basic.ts";
import { applyBearer } from "../../credential/bearer.ts";
import { applyHeader } from "../../credential/header.ts";
import { applyQuery } from "../../credential/query.ts";

/** The request as it goes upstream. */
export interface AuthorisedRequest {
  readonly headers: readonly HeaderField[];
  /** Path and query */
  readonly target: string;
}

// RFC 9110 §5.6.2
const headerName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/**
 * Puts the secret on the request, behind everything that's there already.
 * @throws Refusal credential-unavailable, which never quotes the secret
 */
export function attach(
  request: AuthorisedRequest,
  scheme: CredentialScheme,
  secret: string,
): AuthorisedRequest {
  const fault = findSecretFault(secret);
  if (fault !== undefined) throw unavailable(`its secret ${fault}`);
  switch (scheme.type) {
    case "bearer":
      return withHeader(request, "Authorization", applyBearer(secret));
    case "basic":
      return withHeader(request, "Authorization", applyBasic(scheme.username, secret));
    case "header":
      if (!headerName.test(scheme.header) || isOwnRequestField(scheme.header)) {
        throw unavailable("its header is not one that a request can carry");
      }
      return withHeader(request, scheme.header, applyHeader(secret, scheme.prefix));
    case "query":
      return { ...request, target: applyQuery(request.target, scheme.parameter, secret) };
  }
}

export function unavailable(why: string): Refusal {
  return new Refusal(
    502,
    "credential-unavailable",
    `the credential for this host can't be used: ${why}`,
    { remedy: "vaultbox credential rotate NAME" },
  );
}

function withHeader(request: AuthorisedRequest, name: string, value: string): AuthorisedRequest {
  return { ...request, headers: [...request.headers, [name, value]] };
}
