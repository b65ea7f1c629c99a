import type { HeaderField } from "../http1/header.ts";
import { Refusal } from "../refusal.ts";
import type { CredentialScheme } from "../session-credential.ts";
import { applyBasic } from "./basic.ts";
import { applyBearer } from "./bearer.ts";
import { applyHeader } from "./header.ts";
import { applyQuery } from "./query.ts";

/** The request as it goes upstream. */
export interface AuthorisedRequest {
  readonly headers: readonly HeaderField[];
  /** Path and query */
  readonly target: string;
}

// A line break would end the header, other controls and non-latin1 can't be in one (RFC 9110 §5.5); C1 is latin1's own controls
// eslint-disable-next-line no-control-regex
const notInHeader = /[^\u0020-\u007e\u00a0-\u00ff]/;

/**
 * Puts the secret on the request, behind everything that's there already.
 * @throws Refusal credential-unavailable, which never quotes the secret
 */
export function attach(
  request: AuthorisedRequest,
  scheme: CredentialScheme,
  secret: string,
): AuthorisedRequest {
  const fault = secretFault(secret);
  if (fault !== undefined) throw unavailable(fault);
  switch (scheme.type) {
    case "bearer":
      return withHeader(request, "Authorization", applyBearer(secret));
    case "basic":
      return withHeader(request, "Authorization", applyBasic(scheme.username, secret));
    case "header":
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
    { remedy: "vaultbox credential rotate" },
  );
}

function secretFault(secret: string): string | undefined {
  if (secret === "") return "its secret is empty";
  if (secret.trim() !== secret) return "its secret begins or ends with white space";
  if (notInHeader.test(secret)) return "its secret holds a character that no HTTP header can carry";
  return undefined;
}

function withHeader(request: AuthorisedRequest, name: string, value: string): AuthorisedRequest {
  return { ...request, headers: [...request.headers, [name, value]] };
}
