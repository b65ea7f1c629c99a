import type { Secret } from "../base/redact.ts";

/** What a secret is wanted for, as far as a provider may choose by it. */
export interface SecretContext {
  /** `owner/name`, of a request that a `git:` entry decided */
  readonly repository?: string;
}

/** A secret, and how long it may be used. */
export interface SecretLease {
  readonly secret: Secret;
  /** Epoch, `ms`; missing while nobody says that it ends */
  readonly expiresAt?: number;
}

/** Where a credential's secret comes from: a vault, a command, a variable. */
export interface SecretProvider {
  /**
   * The secret as it is now, at once where that is known; asked for each request, after its decision was recorded.
   * Rejects with a VaultboxError (locked vault, failed source command); the request is then refused.
   */
  readonly get: (context: SecretContext) => SecretLease | Promise<SecretLease>;
  /** The server refused what `get` gave (401): a provider that can get another one forgets it. */
  readonly rejected: (secret: Secret) => void;
}
