// Where the key of an age vault comes from: a file named by the environment, the vault's own identity (file or keychain),
// or the user at a terminal. Without a terminal nothing asks.
import { VaultboxError } from "../base/errors.ts";
import { writeFileAtomic } from "../base/fs/atomic-write.ts";
import { quoted } from "../base/printable.ts";
import type { AgeKey } from "./age-file.ts";
import { type IdentitySource, readIdentityFile, readPassphraseFile } from "./identity-file.ts";
import { type Keychain, openKeychain } from "./keychain.ts";
import { readPrivateFile } from "../base/fs/private-file.ts";
import { toKeychainService, toVaultPaths, type VaultContext } from "./vault-context.ts";

/** Keys to try in turn, and the keychain when they came from it. */
export interface AgeKeys {
  readonly keys: readonly AgeKey[];
  readonly keychain?: Keychain;
}

const identityHint = "set VAULTBOX_IDENTITY_FILE to a file of mode 0600 that holds its identity";
const maxKeyFileBytes = 64 * 1024;

/** @throws VaultboxError VBX_VAULT_LOCKED, VBX_FILE_UNSAFE, VBX_CANCELLED */
export async function readPassphrase(context: VaultContext, vault: string): Promise<AgeKeys> {
  const passphrase = await askPassphrase(context, vault, `the vault ${quoted(vault)}`);
  return { keys: [{ type: "passphrase", passphrase }] };
}

async function askPassphrase(context: VaultContext, vault: string, of: string): Promise<string> {
  const path = context.env["VAULTBOX_PASSPHRASE_FILE"];
  if (path !== undefined && path !== "") return readPassphraseFile(path);
  if (context.prompt !== undefined) return context.prompt(`passphrase of ${of}: `);
  throw new VaultboxError(
    "VBX_VAULT_LOCKED",
    `cannot open the vault ${quoted(vault)}: it needs a passphrase, and there is no terminal to ask for it`,
    { hints: ["set VAULTBOX_PASSPHRASE_FILE to a file of mode 0600 that holds it"] },
  );
}

function toIdentitySource(context: VaultContext, vault: string): IdentitySource {
  return {
    opens: `the vault ${quoted(vault)}`,
    hint: identityHint,
    passphrase: () => askPassphrase(context, vault, `the identity of the vault ${quoted(vault)}`),
  };
}

/** @throws VaultboxError VBX_VAULT_LOCKED, VBX_FILE_UNSAFE, VBX_KEYCHAIN_UNAVAILABLE */
export async function readIdentity(context: VaultContext, vault: string): Promise<AgeKeys> {
  const named = context.env["VAULTBOX_IDENTITY_FILE"];
  const source = toIdentitySource(context, vault);
  if (named !== undefined && named !== "") return { keys: await readIdentityFile(named, source) };
  const own = toVaultPaths(context, vault).identity;
  if ((await readPrivateFile(own, maxKeyFileBytes)) !== undefined) {
    return { keys: await readIdentityFile(own, source) };
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
    return { keys: await readIdentityFile(path, toIdentitySource(context, vault)) };
  }
  const { generateX25519Identity } = await import("age-encryption");
  const identity = await generateX25519Identity();
  if (keychain === undefined) {
    await writeFileAtomic(path, `# identity of the vaultbox vault ${vault}\n${identity}\n`);
    return { keys: await readIdentityFile(path, toIdentitySource(context, vault)) };
  }
  const account = toIdentityAccount(vault);
  if ((await keychain.get(account)) === undefined)
    await keychain.set(account, Buffer.from(identity));
  return readIdentity(context, vault);
}

export function toIdentityAccount(vault: string): string {
  return `${vault}/@identity`;
}

async function openIdentityKeychain(context: VaultContext, vault: string): Promise<Keychain> {
  try {
    return await openKeychain(toKeychainService(context.env));
  } catch (error) {
    throw lockedError(vault, "there is no identity file, and no keychain answers", error);
  }
}

function lockedError(vault: string, why: string, cause?: unknown): VaultboxError {
  return new VaultboxError("VBX_VAULT_LOCKED", `cannot open the vault ${quoted(vault)}: ${why}`, {
    hints: [identityHint],
    cause,
  });
}
