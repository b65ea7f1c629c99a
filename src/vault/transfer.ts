// Taking a vault to another machine: the same content in an age file, by passphrase or to recipients.
import { lstat } from "node:fs/promises";
import { hasCode, VaultboxError } from "../base/errors.ts";
import { writeNewFile } from "../base/fs/atomic-write.ts";
import { atNamedPath } from "../base/fs/named-path.ts";
import { quoted } from "../base/printable.ts";
import { type AgeKey, type AgeTarget, decryptText, encryptText, readAgeKind } from "./age-file.ts";
import { maxVaultFileBytes } from "./age-store.ts";
import { readPrivateFile } from "../base/fs/private-file.ts";
import { checkSecretValue, isSigningKey, type VaultEntry } from "./stored-credential.ts";
import { decodeContent, encodeContent, readVaultName } from "./vault-content.ts";
import type { VaultStore } from "./vault-store.ts";

/**
 * Writes the vault to a new 0600 file; the number of credentials in it.
 * @throws VaultboxError VBX_USAGE when the file exists, and all that the store throws
 */
export async function exportVault(
  store: VaultStore,
  path: string,
  target: AgeTarget,
): Promise<number> {
  const content = await store.read();
  await atNamedPath("cannot export to", path, async () => {
    // Before the encryption, which takes a second; what came to be meanwhile stays too
    if ((await findAt(path)) !== undefined) throw taken(path);
    const bytes = await encryptText(encodeContent(store.name, content), target);
    await writeNewFile(path, bytes).catch((error: unknown) => {
      throw hasCode(error, "EEXIST") ? taken(path) : error;
    });
  });
  return content.entries.length;
}

/** For a file that another identity, or none, was named for. */
export const identityFileHint = "add --identity-file FILE: the identity that it was written for";

/** How an exported file is opened. @throws VaultboxError VBX_USAGE, VBX_FILE_UNSAFE */
export async function readExportKind(path: string): Promise<AgeKey["type"]> {
  const kind = readAgeKind(await readExport(path));
  if (kind === undefined) throw notAnExport(path);
  return kind;
}

/**
 * The credentials of an exported file. Those that take their secret from this host, by a command or a variable, are
 * refused unless `allowCommands`: whoever made the file would choose what runs here, and what of it goes where.
 * @throws VaultboxError VBX_PASSPHRASE_WRONG, VBX_VAULT_LOCKED, VBX_VAULT_DAMAGED, VBX_CREDENTIAL_INVALID
 */
export async function importEntries(
  path: string,
  keys: readonly AgeKey[],
  options: { readonly allowCommands: boolean },
): Promise<readonly VaultEntry[]> {
  const bytes = await readExport(path);
  const { entries } = await decryptWithAny(path, bytes, keys);
  for (const { credential, secret } of entries) {
    if (secret !== undefined && !isSigningKey(credential))
      checkSecretValue(credential.name, secret.reveal());
    if (options.allowCommands) continue;
    const { type } = credential.source;
    if (type === "command")
      throw fromHost(credential.name, "a command that would run on this host");
    if (type === "env") throw fromHost(credential.name, "a variable of this host");
  }
  return entries;
}

function fromHost(name: string, what: string): VaultboxError {
  return new VaultboxError(
    "VBX_CREDENTIAL_INVALID",
    `cannot import ${quoted(name)}: its secret comes from ${what}`,
    { hints: ["if you know who made the file, add --allow-commands"] },
  );
}

async function decryptWithAny(
  path: string,
  bytes: Uint8Array,
  keys: readonly AgeKey[],
): Promise<ReturnType<typeof decodeContent>> {
  const [key, ...others] = keys;
  if (key === undefined) throw new Error("no key was given for an import");
  try {
    const text = await decryptText(path, bytes, key);
    return decodeContent(readVaultName(path, text), text);
  } catch (error) {
    const mismatch = error instanceof VaultboxError && error.code === "VBX_VAULT_LOCKED";
    if (mismatch && others.length === 0) {
      // The vault's own way to name an identity isn't that of an import
      throw new VaultboxError(error.code, error.message, { hints: [identityFileHint] });
    }
    if (!mismatch) throw error;
    return decryptWithAny(path, bytes, others);
  }
}

async function readExport(path: string): Promise<Uint8Array> {
  const file = await readPrivateFile(path, maxVaultFileBytes);
  if (file !== undefined) return file.bytes;
  throw new VaultboxError("VBX_USAGE", `cannot read ${quoted(path)}: there is no such file`);
}

function findAt(path: string): Promise<object | undefined> {
  return lstat(path).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  });
}

function taken(path: string): VaultboxError {
  return new VaultboxError("VBX_USAGE", `cannot export to ${quoted(path)}: it exists`, {
    hints: ["name a file that does not exist yet"],
  });
}

function notAnExport(path: string): VaultboxError {
  return new VaultboxError("VBX_VAULT_DAMAGED", `cannot import ${quoted(path)}: not an age file`);
}
