// Where the key of an age vault comes from: a file named by the environment, the vault's own identity (file or keychain),
// or the user at a terminal. Without a terminal nothing asks.
import { VaultboxError } from "../errors.ts";
import { writeFileAtomic } from "../files/atomic-write.ts";
import { quoted } from "../printable.ts";
import type { AgeKey } from "./age-file.ts";
import { type Keychain, openKeychain } from "./keychain.ts";
import { readPrivateFile } from "./private-file.ts";
import { toKeychainService, type VaultContext } from "./vault-context.ts";
import { toVaultPaths } from "./vault-paths.ts";

/** Keys to try in turn, and the keychain when they came from it. */
export interface AgeKeys {
  readonly keys: readonly AgeKey[];
  readonly keychain?: Keychain;
}

const maxKeyFileBytes = 64 * 1024;
const identityPattern = /^AGE-SECRET-KEY-1[0-9A-Z]+$/;

/** @throws VaultboxError VBX_VAULT_LOCKED, VBX_FILE_UNSAFE, VBX_CANCELLED */
export async function readPassphrase(context: VaultContext, vault: string): Promise<AgeKeys> {
  const path = context.env["VAULTBOX_PASSPHRASE_FILE"];
  if (path !== undefined && path !== "") {
    return { keys: [{ type: "passphrase", passphrase: await readPassphraseFile(path) }] };
  }
  if (context.prompt === undefined) {
    throw new VaultboxError(
      "VBX_VAULT_LOCKED",
      `cannot open the vault ${quoted(vault)}: it needs a passphrase, and there is no terminal to ask for it`,
      { hints: ["set VAULTBOX_PASSPHRASE_FILE to a file of mode 0600 that holds it"] },
    );
  }
  const passphrase = await context.prompt(`passphrase of the vault ${quoted(vault)}: `);
  return { keys: [{ type: "passphrase", passphrase }] };
}

/** @throws VaultboxError VBX_VAULT_LOCKED, VBX_FILE_UNSAFE, VBX_KEYCHAIN_UNAVAILABLE */
export async function readIdentity(context: VaultContext, vault: string): Promise<AgeKeys> {
  const named = context.env["VAULTBOX_IDENTITY_FILE"];
  if (named !== undefined && named !== "") return { keys: await readIdentityFile(named, vault) };
  const own = toVaultPaths(context, vault).identity;
  if ((await readPrivateFile(own, maxKeyFileBytes)) !== undefined) {
    return { keys: await readIdentityFile(own, vault) };
  }
  const keychain = await openIdentityKeychain(context, vault);
  const value = await keychain.get(toIdentityAccount(vault));
  if (value === undefined)
    throw lockedError(vault, "its identity is neither in a file nor in the keychain");
  const identity = Buffer.from(value).toString();
  return { keys: [{ type: "identity", identity, origin: "the keychain" }], keychain };
}

/** Makes the identity of a new vault, or takes the one that an interrupted creation left; under the vault's lock. */
export async function createIdentity(
  context: VaultContext,
  vault: string,
  keychain: Keychain | undefined,
): Promise<AgeKeys> {
  if (context.env["VAULTBOX_IDENTITY_FILE"]) return readIdentity(context, vault);
  const path = toVaultPaths(context, vault).identity;
  if ((await readPrivateFile(path, maxKeyFileBytes)) !== undefined) {
    return { keys: await readIdentityFile(path, vault) };
  }
  const { generateX25519Identity } = await import("age-encryption");
  const identity = await generateX25519Identity();
  if (keychain === undefined) {
    await writeFileAtomic(path, `# identity of the vaultbox vault ${vault}\n${identity}\n`);
    return { keys: await readIdentityFile(path, vault) };
  }
  const account = toIdentityAccount(vault);
  if ((await keychain.get(account)) === undefined)
    await keychain.set(account, Buffer.from(identity));
  return readIdentity(context, vault);
}

export function toIdentityAccount(vault: string): string {
  return `${vault}/@identity`;
}

/** A passphrase from a private file, without its last line break. @throws VaultboxError VBX_FILE_UNSAFE, VBX_USAGE */
export async function readPassphraseFile(path: string): Promise<string> {
  const file = await readPrivateFile(path, maxKeyFileBytes);
  if (file === undefined) throw missing(path);
  const passphrase = Buffer.from(file.bytes)
    .toString("utf8")
    .replace(/\r?\n$/, "");
  if (passphrase !== "") return passphrase;
  throw new VaultboxError("VBX_USAGE", `cannot use ${quoted(path)}: it holds no passphrase`);
}

/** The identities of a private file as age-keygen writes it. @throws VaultboxError VBX_FILE_UNSAFE, VBX_VAULT_LOCKED */
export async function readIdentityFile(path: string, vault: string): Promise<readonly AgeKey[]> {
  const file = await readPrivateFile(path, maxKeyFileBytes);
  if (file === undefined) throw missing(path);
  const lines = Buffer.from(file.bytes).toString("utf8").split(/\r?\n/);
  const identities = lines.filter((line) => identityPattern.test(line));
  if (identities.length === 0) throw lockedError(vault, `${quoted(path)} holds no age identity`);
  return identities.map((identity) => ({ type: "identity", identity, origin: quoted(path) }));
}

async function openIdentityKeychain(context: VaultContext, vault: string): Promise<Keychain> {
  try {
    return await openKeychain(toKeychainService(context.env));
  } catch (error) {
    throw lockedError(vault, "there is no identity file, and no keychain answers", error);
  }
}

function missing(path: string): VaultboxError {
  return new VaultboxError(
    "VBX_VAULT_LOCKED",
    `cannot read ${quoted(path)}: there is no such file`,
  );
}

function lockedError(vault: string, why: string, cause?: unknown): VaultboxError {
  return new VaultboxError("VBX_VAULT_LOCKED", `cannot open the vault ${quoted(vault)}: ${why}`, {
    hints: ["set VAULTBOX_IDENTITY_FILE to a file of mode 0600 that holds its identity"],
    cause,
  });
}
