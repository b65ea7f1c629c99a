import type { CredentialBinding } from "./binding.ts";
import type { SecretProvider } from "./secret-provider.ts";

/** A credential as the proxy sees it. */
export interface SessionCredential {
  readonly name: string;
  readonly vault: string;
  readonly bindings: readonly CredentialBinding[];
  /** What the client in the sandbox holds instead of the secret; unique for this session */
  readonly placeholder: string;
  readonly provider: SecretProvider;
}
