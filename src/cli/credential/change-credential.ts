import {
  findEntry,
  notRotated,
  notStored,
  toRemove,
  toRotate,
} from "../../vault/change-credentials.ts";
import { isSigningKey, type StoredItem } from "../../vault/stored-credential.ts";
import { findVaultKind, openStore } from "../../vault/vault-catalog.ts";
import { printNote } from "../output.ts";
import { confirm, toVaultContext } from "../vault-access.ts";
import { readSecret, refuseSecretArguments } from "./read-secret.ts";
import { defaultVault } from "../../vault/vault-context.ts";

/** @throws VaultboxError VBX_CREDENTIAL_UNKNOWN, VBX_USAGE, before the secret is asked for */
export async function rotateCredential(
  name: string,
  extra: readonly string[],
  vault: string,
): Promise<void> {
  refuseSecretArguments(name, extra);
  const store = await openStore(toVaultContext(), vault);
  const { credential } = findEntry(vault, (await store.read()).entries, name);
  if (isSigningKey(credential)) throw notRotated(vault, name);
  if (credential.source.type !== "stored") throw notStored(vault, name);
  await store.update(toRotate(vault, name, await readSecret(name), new Date()));
  printNote(`the credential "${name}" of the vault "${vault}" has a new secret`);
}

/** @throws VaultboxError VBX_CREDENTIAL_UNKNOWN, VBX_USAGE, VBX_CANCELLED */
export async function removeCredential(
  name: string,
  vault: string,
  options: { yes?: boolean },
): Promise<void> {
  const store = await openStore(toVaultContext(), vault);
  findEntry(vault, (await store.read()).entries, name);
  await confirm(`delete the credential "${name}" of the vault "${vault}"?`, options);
  await store.update(toRemove(vault, name));
  printNote(`deleted the credential "${name}" of the vault "${vault}"`);
}

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
