import { VaultboxError } from "../../base/errors.ts";
import { openKeychain } from "../../vault/keychain.ts";
import { toKeychainService } from "../../vault/vault-context.ts";
import type { HealthCheck } from "./health-check.ts";
import { ok, warn } from "./health-check.ts";

/** Whether the system's keychain answers; without one, vaults are encrypted files. */
export async function checkKeychain(env: NodeJS.ProcessEnv): Promise<HealthCheck> {
  const name = "keychain";
  try {
    await openKeychain(toKeychainService(env));
    return ok(name, "it answers");
  } catch (error) {
    if (!(error instanceof VaultboxError)) throw error;
    const hint = "vaults are kept as encrypted files; for the keychain, start and unlock it";
    return warn(name, error.message, hint);
  }
}
