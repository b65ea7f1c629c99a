import { findEntry } from "../../vault/change-credentials.ts";
import type { StoredItem } from "../../vault/stored-credential.ts";
import { findVaultKind, openStore } from "../../vault/vault-catalog.ts";
import { defaultVault } from "../../vault/vault-context.ts";
import { toVaultContext } from "../vault-access.ts";

/** Without secrets. A default vault that isn't there yet is an empty one. */
export async function listCredentials(vault: string): Promise<readonly StoredItem[]> {
  const context = toVaultContext();
  if (vault === defaultVault && (await findVaultKind(context, vault)) === undefined) return [];
  const { entries } = await (await openStore(context, vault)).read();
  return entries.map((entry) => entry.credential);
}

/** @throws VaultboxError VBX_CREDENTIAL_UNKNOWN */
export async function readCredential(vault: string, name: string): Promise<StoredItem> {
  const { entries } = await (await openStore(toVaultContext(), vault)).read();
  return findEntry(vault, entries, name).credential;
}
