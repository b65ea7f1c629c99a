import { createPlaceholder } from "../credential/placeholder.ts";
import type { Secret } from "../base/redact.ts";
import type { SecretLease } from "../credential/secret-provider.ts";
import type { SessionCredential } from "../credential/session-credential.ts";
import type { OpenVault } from "../vault/open-vaults.ts";

/** The credentials of a session: for the proxy, and what the sandbox holds in their place. */
export interface SessionCredentials {
  /** In the order of the vaults: the first match wins */
  readonly credentials: readonly SessionCredential[];
  /** Environment variables of the sandbox; every value is a placeholder */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Gives each credential of the vaults a placeholder for this session. No secret is read here: that happens request by
 * request.
 */
export function toSessionCredentials(vaults: readonly OpenVault[]): SessionCredentials {
  const credentials: SessionCredential[] = [];
  const variables: Variables[] = [];
  for (const vault of vaults) {
    for (const stored of vault.credentials) {
      const placeholder = createPlaceholder(stored.placeholder);
      variables.push({ stored, placeholder });
      credentials.push({
        name: stored.name,
        vault: vault.name,
        bindings: stored.bindings,
        placeholder,
        provider: {
          get: () => toLease(vault.reveal(stored.name)),
          rejected: (secret) => vault.reject(stored.name, secret),
        },
      });
    }
  }
  return { credentials, env: toEnvironment(variables) };
}

function toLease(secret: Secret | Promise<Secret>): SecretLease | Promise<SecretLease> {
  return secret instanceof Promise ? secret.then((known) => ({ secret: known })) : { secret };
}

interface Variables {
  readonly stored: OpenVault["credentials"][number];
  readonly placeholder: string;
}

/**
 * A variable has room for one placeholder: of a credential that is for any repository, since one for a single repository
 * is chosen by what a request is for, and its placeholder refused everywhere else.
 */
function toEnvironment(all: readonly Variables[]): Readonly<Record<string, string>> {
  const env: Record<string, string> = {};
  const isForOne = ({ stored }: Variables): boolean =>
    stored.bindings.every(({ repository }) => repository !== undefined);
  for (const { stored, placeholder } of [
    ...all.filter((one) => !isForOne(one)),
    ...all.filter(isForOne),
  ]) {
    for (const name of stored.env) env[name] ??= placeholder;
  }
  return env;
}
