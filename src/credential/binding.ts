import type { CredentialScheme } from "./schemes.ts";

/** The place a credential is for; a credential is never used anywhere else. */
export interface CredentialBinding {
  /** Canonical host, or `*.host` for every subdomain and not the apex */
  readonly host: string;
  /** TCP port; https only */
  readonly port: number;
  /** Canonical path prefix on a segment boundary, `/` for all */
  readonly pathPrefix: string;
  readonly scheme: CredentialScheme;
  /** `owner/name` or `owner/*`: only requests that a `git:` entry decided for it; missing is any request of the place */
  readonly repository?: string;
}

/** Whether two bindings are for the very same place. */
export function isSamePlace(a: CredentialBinding, b: CredentialBinding): boolean {
  return (
    a.host === b.host &&
    a.port === b.port &&
    a.pathPrefix === b.pathPrefix &&
    a.repository === b.repository
  );
}
