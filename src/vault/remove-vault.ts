// Removing one vault, or all and whatever else is where vaults are kept, without opening any: one whose passphrase is lost
// can go too.
import { readdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { isVaultboxError, VaultboxError } from "../base/errors.ts";
import { acquireLock } from "../base/fs/lock.ts";
import { readAgeKind } from "./age-file.ts";
import { AgeStore, maxVaultFileBytes } from "./age-store.ts";
import { clearKeychain, type Keychain, openKeychain } from "./keychain.ts";
import { KeychainStore } from "./keychain-store.ts";
import { ensurePrivateFolder, readFileVersion, readPrivateFile } from "../base/fs/private-file.ts";
import { toFileCounter } from "./seen-counter.ts";
import { findVaultKind, listVaultNames, maxMarkerBytes, unknownVault } from "./vault-catalog.ts";
import { toKeychainService, toVaultPaths } from "./vault-context.ts";
import type { VaultContext, VaultPaths } from "./vault-context.ts";
import { isName } from "./stored-credential.ts";

/**
 * Deletes a vault with its key; of an encrypted file the count of its changes stays, so that no old file is taken for it.
 * @throws VaultboxError VBX_VAULT_UNKNOWN, VBX_KEYCHAIN_UNAVAILABLE
 */
export async function removeVault(context: VaultContext, name: string): Promise<void> {
  const paths = toVaultPaths(context, name);
  await ensurePrivateFolder(paths.folder);
  await using _lock = await acquireLock(paths.lock);
  const marker = await readPrivateFile(paths.marker, maxMarkerBytes);
  if (marker !== undefined) {
    const keychain = await openKeychain(toKeychainService(context.env));
    await new KeychainStore(name, paths, keychain).destroy();
    return await rm(paths.locked, { force: true });
  }
  const content = await readPrivateFile(paths.content, maxVaultFileBytes);
  const seen = await toFileCounter(name, paths.seen).read();
  const isKnown = seen.counter > 0 && !seen.isRemoved;
  if (content === undefined && !isKnown) throw unknownVault(name);
  const isInKeychain =
    content !== undefined && !isKnown && (await mayHaveKeychainKey(context, paths, content.bytes));
  const keychain = isInKeychain ? { keychain: await openKeychainToRemove(context) } : {};
  await new AgeStore({ name, paths, keys: { keys: [], ...keychain } }).destroy();
  await rm(paths.locked, { force: true });
}

/** Only an identity that isn't in a file can be in the keychain; a file that is damaged doesn't say what opened it. */
async function mayHaveKeychainKey(
  context: VaultContext,
  paths: VaultPaths,
  content: Uint8Array,
): Promise<boolean> {
  if (readAgeKind(content) === "passphrase" || context.env["VAULTBOX_IDENTITY_FILE"]) return false;
  return (await readFileVersion(paths.identity)) === undefined;
}

async function openKeychainToRemove(context: VaultContext): Promise<Keychain> {
  try {
    return await openKeychain(toKeychainService(context.env));
  } catch (cause) {
    if (!isVaultboxError(cause, "VBX_KEYCHAIN_UNAVAILABLE")) throw cause;
    const hint = "if its identity is in a file, set VAULTBOX_IDENTITY_FILE to it";
    const hints = [...cause.hints.slice(0, 1), hint];
    throw new VaultboxError(cause.code, cause.message, { hints, cause });
  }
}

/** Vaults whose files are there, and those whose file is gone although nobody removed them: it may be on a disk that isn't there now. */
export async function findAllVaults(context: VaultContext): Promise<readonly string[]> {
  const counters = await readdir(dirname(toVaultPaths(context, "x").seen)).catch(() => []);
  const names = counters.flatMap((file) => /^(.+)\.seen$/.exec(file)?.[1] ?? []).filter(isName);
  const lost = await Promise.all(
    names.map(async (name) => ((await isLost(context, name)) ? [name] : [])),
  );
  return [...new Set([...(await listVaultNames(context)), ...lost.flat()])].sort();
}

async function isLost(context: VaultContext, name: string): Promise<boolean> {
  // A counter that can't be read says nothing against it
  const seen = await toFileCounter(name, toVaultPaths(context, name).seen)
    .read()
    .catch(() => ({ counter: 1, isRemoved: false }));
  return seen.counter > 0 && !seen.isRemoved;
}

/**
 * Deletes vaults with their keys, and all that the keychain has of vaultbox.
 * @returns how many items of the keychain that were
 * @throws VaultboxError VBX_KEYCHAIN_UNAVAILABLE when one of them has its key or its secrets there; nothing is deleted then
 */
export async function clearVaults(
  context: VaultContext,
  names: readonly string[],
): Promise<number> {
  const items = await clearKeychain(toKeychainService(context.env)).catch(
    async (error: unknown) => {
      const isUnavailable = isVaultboxError(error, "VBX_KEYCHAIN_UNAVAILABLE");
      if (!isUnavailable || (await needsKeychain(context, names))) throw error;
      return 0;
    },
  );
  for (const name of names) await removeFiles(context, name);
  return items;
}

async function needsKeychain(context: VaultContext, names: readonly string[]): Promise<boolean> {
  for (const name of names) {
    const kind = await findVaultKind(context, name).catch(() => undefined);
    const hasIdentity = (await readFileVersion(toVaultPaths(context, name).identity)) !== undefined;
    const isPassphrase = kind?.unlock === "passphrase";
    const isElsewhere = kind?.unlock === "identity" && context.env["VAULTBOX_IDENTITY_FILE"];
    if (!hasIdentity && !isPassphrase && !isElsewhere) return true;
  }
  return false;
}

async function removeFiles(context: VaultContext, name: string): Promise<void> {
  const { lock, locked, content, identity, marker, seen } = toVaultPaths(context, name);
  if ((await readFileVersion(dirname(lock))) === undefined) return await rm(seen, { force: true });
  await using _lock = await acquireLock(lock);
  for (const path of [content, identity, marker, locked, seen]) await rm(path, { force: true });
}
