/** How a secret is put on a request. */
export type CredentialScheme =
  | { readonly type: "bearer" }
  | { readonly type: "basic"; readonly username: string }
  | { readonly type: "header"; readonly header: string; readonly prefix?: string }
  | { readonly type: "query"; readonly parameter: string };

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

/**
 * A credential as the proxy sees it: the secret is fetched at the last moment, after the decision was recorded.
 * `reveal` rejects with a VaultboxError (locked vault, failed source command); the request is then refused.
 */
export interface SessionCredential {
  readonly name: string;
  readonly vault: string;
  readonly bindings: readonly CredentialBinding[];
  /** What the client in the sandbox holds instead of the secret; unique for this session */
  readonly placeholder: string;
  readonly reveal: () => Promise<string>;
}
