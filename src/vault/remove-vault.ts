// Removing a vault without opening it: one whose passphrase is lost can go too.
import { isVaultboxError, VaultboxError } from "../base/errors.ts";
import { acquireLock } from "../base/fs/lock.ts";
import { readAgeKind } from "./age-file.ts";
import { AgeStore, maxVaultFileBytes } from "./age-store.ts";
import { openKeychain, type Keychain } from "./keychain.ts";
import { KeychainStore } from "./keychain-store.ts";
import { ensurePrivateFolder, readFileVersion, readPrivateFile } from "../base/fs/private-file.ts";
import { toFileCounter } from "./seen-counter.ts";
import { maxMarkerBytes, unknownVault } from "./vault-catalog.ts";
import { toKeychainService, type VaultContext } from "./vault-context.ts";
import { toVaultPaths, type VaultPaths } from "./vault-paths.ts";

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
    return await new KeychainStore(name, paths, keychain).destroy();
  }
  const content = await readPrivateFile(paths.content, maxVaultFileBytes);
  const seen = await toFileCounter(name, paths.seen).read();
  const isKnown = seen.counter > 0 && !seen.isRemoved;
  if (content === undefined && !isKnown) throw unknownVault(name);
  const isInKeychain =
    content !== undefined && !isKnown && (await mayHaveKeychainKey(context, paths, content.bytes));
  const keychain = isInKeychain ? { keychain: await openKeychainToRemove(context) } : {};
  await new AgeStore({ name, paths, keys: { keys: [], ...keychain } }).destroy();
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
