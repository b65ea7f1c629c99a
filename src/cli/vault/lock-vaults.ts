import { quoted } from "../../base/printable.ts";
import { lockVault, unlockVault } from "../../vault/lockable-store.ts";
import { checkName } from "../../vault/stored-credential.ts";
import { findVaultKind, unknownVault } from "../../vault/vault-catalog.ts";
import { toVaultPaths, type VaultPaths } from "../../vault/vault-context.ts";
import { printNote } from "../output.ts";
import { toVaultContext } from "../vault-access.ts";

/** @throws VaultboxError VBX_VAULT_UNKNOWN, and then none is locked */
export async function lockNamedVaults(names: readonly string[]): Promise<void> {
  const found = await findPaths(names);
  await Promise.all(found.map(([, paths]) => lockVault(paths)));
  for (const [name] of found) printNote(`locked the vault ${quoted(name)}`);
}

/** @throws VaultboxError VBX_VAULT_UNKNOWN, and then none is unlocked */
export async function unlockNamedVaults(names: readonly string[]): Promise<void> {
  for (const [name, paths] of await findPaths(names)) {
    const wasLocked = await unlockVault(paths);
    printNote(
      `${wasLocked ? "unlocked the vault" : "nothing to do for the vault"} ${quoted(name)}`,
    );
  }
}

async function findPaths(
  names: readonly string[],
): Promise<readonly (readonly [string, VaultPaths])[]> {
  const context = toVaultContext();
  const found = new Map<string, VaultPaths>();
  for (const name of names) {
    checkName("vault", name);
    if ((await findVaultKind(context, name)) === undefined) throw unknownVault(name);
    found.set(name, toVaultPaths(context, name));
  }
  return [...found];
}
