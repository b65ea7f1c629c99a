// All vaults at once, without opening one, and whatever else of vaultbox is where vaults are kept.
import { readdir, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { isVaultboxError } from "../base/errors.ts";
import { acquireLock } from "../base/fs/lock.ts";
import { clearKeychain } from "./keychain.ts";
import { readFileVersion } from "../base/fs/private-file.ts";
import { toFileCounter } from "./seen-counter.ts";
import { isName } from "./stored-credential.ts";
import { findVaultKind, listVaultNames } from "./vault-catalog.ts";
import { toKeychainService, type VaultContext } from "./vault-context.ts";
import { toVaultPaths } from "./vault-paths.ts";

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
  const { lock, content, identity, marker, seen } = toVaultPaths(context, name);
  if ((await readFileVersion(dirname(lock))) === undefined) return await rm(seen, { force: true });
  await using _lock = await acquireLock(lock);
  for (const path of [content, identity, marker, seen]) await rm(path, { force: true });
}
