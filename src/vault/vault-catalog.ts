// Which vaults there are, and making, opening and removing one. A vault is there if its file or its marker is.
import { readdir, rm } from "node:fs/promises";
import { isVaultboxError, VaultboxError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/fs/atomic-write.ts";
import { acquireLock } from "../base/fs/lock.ts";
import { quoted } from "../base/printable.ts";
import { readAgeKind } from "./age-file.ts";
import { type AgeKeys, createIdentity, readIdentity, readPassphrase } from "./age-key.ts";
import { AgeStore, maxVaultFileBytes } from "./age-store.ts";
import { type Keychain, openKeychain } from "./keychain.ts";
import { KeychainStore } from "./keychain-store.ts";
import {
  checkPrivateFolder,
  ensurePrivateFolder,
  ignoreMissing,
  readPrivateFile,
} from "../base/fs/private-file.ts";
import { toFileCounter } from "./seen-counter.ts";
import { checkName, isName } from "./stored-credential.ts";
import { damaged } from "./vault-content.ts";
import { isLocked, LockableStore, locked } from "./lockable-store.ts";
import type { VaultStore } from "./vault-store.ts";
import { toKeychainService, toVaultPaths } from "./vault-context.ts";
import type { VaultContext, VaultPaths } from "./vault-context.ts";

/** How a vault is kept and opened. */
export interface VaultKind {
  readonly store: "keychain" | "age";
  /** What opens it; `keychain` for a vault whose secrets are in the keychain itself */
  readonly unlock: "keychain" | "passphrase" | "identity";
}

export interface VaultSummary extends VaultKind {
  readonly name: string;
  /** By `vaultbox vault lock` */
  readonly locked: boolean;
}

const markerText = "this vault is kept in the keychain of the system\n";
/** Of the file that says that a vault is in the keychain. */
export const maxMarkerBytes = 1024;

/** Sorted by name; nothing is opened. @throws VaultboxError VBX_FILE_UNSAFE */
export async function listVaults(context: VaultContext): Promise<readonly VaultSummary[]> {
  const summaries: VaultSummary[] = [];
  for (const name of await listVaultNames(context)) {
    const kind = await findVaultKind(context, name);
    if (kind === undefined) continue;
    summaries.push({ name, ...kind, locked: await isLocked(toVaultPaths(context, name)) });
  }
  return summaries;
}

/** Of those whose file is there, damaged or not, sorted. @throws VaultboxError VBX_FILE_UNSAFE */
export async function listVaultNames(context: VaultContext): Promise<readonly string[]> {
  const files = await readFolder(context.paths.vaults);
  const names = files.flatMap((file) => /^(.+)\.(?:age|keychain)$/.exec(file)?.[1] ?? []);
  return [...new Set(names.filter(isName))].sort();
}

/**
 * How that vault is kept; `undefined` when there is none of that name.
 * @throws VaultboxError VBX_VAULT_DAMAGED, VBX_FILE_UNSAFE
 */
export async function findVaultKind(
  context: VaultContext,
  name: string,
): Promise<VaultKind | undefined> {
  const paths = toVaultPaths(context, name);
  await checkPrivateFolder(paths.folder).catch(ignoreMissing);
  const content = await readPrivateFile(paths.content, maxVaultFileBytes);
  const marker = await readPrivateFile(paths.marker, maxMarkerBytes);
  if (content !== undefined && marker !== undefined) {
    throw damaged(name, `there is both ${quoted(paths.content)} and ${quoted(paths.marker)}`);
  }
  if (marker !== undefined) return { store: "keychain", unlock: "keychain" };
  if (content === undefined) return refuseVanished(name, paths);
  const unlock = readAgeKind(content.bytes);
  if (unlock === undefined) throw damaged(name, `${quoted(paths.content)} is not an age file`);
  return { store: "age", unlock };
}

/** @throws VaultboxError VBX_VAULT_UNKNOWN and all that the store and its key may throw */
export async function openStore(context: VaultContext, name: string): Promise<LockableStore> {
  return new LockableStore(await openOwnStore(context, name), toVaultPaths(context, name));
}

async function openOwnStore(
  context: VaultContext,
  name: string,
): Promise<AgeStore | KeychainStore> {
  const kind = await findVaultKind(context, name);
  if (kind === undefined) throw unknownVault(name);
  const paths = toVaultPaths(context, name);
  // Before anybody is asked for a passphrase
  if (await isLocked(paths)) throw locked(name);
  if (kind.store === "keychain") {
    return new KeychainStore(name, paths, await openKeychain(toKeychainService(context.env)));
  }
  return new AgeStore({ name, paths, keys: await readKeys(context, name, kind) });
}

/** Takes a restored vault file for the newest. @throws VaultboxError as `openStore` */
export async function acceptRestoredVault(context: VaultContext, name: string): Promise<void> {
  const store = await openOwnStore(context, name);
  if (store instanceof AgeStore) return store.acceptRestored();
  throw new VaultboxError(
    "VBX_USAGE",
    `cannot accept a restored file for the vault ${quoted(name)}: it is in the keychain`,
  );
}

export interface CreateVaultOptions {
  /** Default: the keychain if one answers, else an age file */
  readonly store?: "keychain" | "age";
  /** For an age file; default `identity`, kept in the keychain if one answers, else in a 0600 file */
  readonly unlock?: "passphrase" | "identity";
  /** Of a vault with `unlock: "passphrase"` */
  readonly passphrase?: string;
}

/** Says where the secrets and the key are, in words. */
export interface CreatedVault {
  readonly store: VaultStore;
  readonly where: string;
}

/** @throws VaultboxError VBX_VAULT_EXISTS, VBX_KEYCHAIN_UNAVAILABLE, VBX_FILE_UNSAFE */
export async function createVault(
  context: VaultContext,
  name: string,
  options: CreateVaultOptions,
): Promise<CreatedVault> {
  checkName("vault", name);
  const paths = toVaultPaths(context, name);
  await ensurePrivateFolder(paths.folder);
  const keychain = await chooseKeychain(context, options);
  // Its key too is made under the lock: of two who make the same vault, one would write over the other's
  await using _lock = await acquireLock(paths.lock);
  if ((await findVaultKind(context, name)) !== undefined) {
    throw new VaultboxError(
      "VBX_VAULT_EXISTS",
      `cannot create the vault ${quoted(name)}: it exists`,
      { hints: [`see it: vaultbox credential list --vault ${name}`] },
    );
  }
  // Of one that was removed while somebody locked it
  await rm(paths.locked, { force: true });
  if (options.store !== "age" && keychain !== undefined) {
    const store = new KeychainStore(name, paths, keychain);
    await store.create();
    await writeFileAtomic(paths.marker, markerText);
    return { store, where: "in the keychain of the system" };
  }
  // Awaited: the lock is held until it is made
  return await createAgeVault(context, name, { ...options, keychain });
}

async function createAgeVault(
  context: VaultContext,
  name: string,
  options: CreateVaultOptions & { readonly keychain: Keychain | undefined },
): Promise<CreatedVault> {
  const paths = toVaultPaths(context, name);
  const { passphrase } = options;
  const keys: AgeKeys =
    passphrase === undefined
      ? await createIdentity(context, name, options.keychain)
      : { keys: [{ type: "passphrase", passphrase }] };
  const store = new AgeStore({ name, paths, keys });
  await store.create();
  const key = keys.keys[0];
  const opens = key?.type === "identity" ? `an identity in ${key.origin}` : "your passphrase";
  return { store, where: `in the encrypted file ${quoted(paths.content)}, opened by ${opens}` };
}

/** `undefined`: none answers, and none was asked for by name. */
async function chooseKeychain(
  context: VaultContext,
  options: CreateVaultOptions,
): Promise<Keychain | undefined> {
  if (options.passphrase !== undefined && options.store !== "keychain") return undefined;
  try {
    return await openKeychain(toKeychainService(context.env));
  } catch (error) {
    if (options.store === "keychain" || !isVaultboxError(error, "VBX_KEYCHAIN_UNAVAILABLE")) {
      throw error;
    }
    return undefined;
  }
}

function readKeys(context: VaultContext, name: string, kind: VaultKind): Promise<AgeKeys> {
  return kind.unlock === "passphrase" ? readPassphrase(context, name) : readIdentity(context, name);
}

/** A vault of which vaultbox knows changes doesn't just not exist: an empty one in its place would hide a loss. */
async function refuseVanished(name: string, paths: VaultPaths): Promise<undefined> {
  const seen = await toFileCounter(name, paths.seen).read();
  if (seen.counter === 0 || seen.isRemoved) return undefined;
  throw new VaultboxError(
    "VBX_VAULT_DAMAGED",
    `cannot open the vault ${quoted(name)}: its file ${quoted(paths.content)} is gone`,
    { hints: ["restore it from a backup", `or give it up: vaultbox vault remove ${name}`] },
  );
}

export function unknownVault(name: string): VaultboxError {
  return new VaultboxError(
    "VBX_VAULT_UNKNOWN",
    `cannot open the vault ${quoted(name)}: there is none of that name`,
    {
      hints: ["see which there are: vaultbox vault list"],
    },
  );
}

async function readFolder(path: string): Promise<readonly string[]> {
  try {
    await checkPrivateFolder(path);
    return await readdir(path);
  } catch (error) {
    ignoreMissing(error);
    return [];
  }
}
