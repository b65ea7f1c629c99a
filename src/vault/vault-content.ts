// The plain form of a vault, inside the encryption. Read strictly: a field that isn't understood means that this version
// must not rewrite the file, so it refuses.
import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { Secret } from "../base/redact.ts";
import { isFields } from "../base/shape.ts";
import { findCredentialFault, parseCredential } from "./parse-credential.ts";
import type { VaultContent } from "./vault-store.ts";
import { isName, isSigningKey, maxCredentials, type VaultEntry } from "./stored-credential.ts";
import { compareText } from "../base/text-order.ts";

/** Version of the plain form. */
const format = 1;

export function encodeContent(vault: string, content: VaultContent): string {
  const entries = content.entries.map(toPlainEntry);
  return JSON.stringify({ format, vault, counter: content.counter, credentials: entries });
}

/**
 * The vault's name is part of the content, so that one vault's file can't be put in place of another's.
 * @throws VaultboxError VBX_VAULT_DAMAGED
 */
export function decodeContent(vault: string, text: string): VaultContent {
  const plain = parseJson(vault, text);
  if (!isFields(plain)) throw damaged(vault, "its content is not an object");
  if (plain["format"] !== format) throw damaged(vault, "its content has another format version");
  if (plain["vault"] !== vault) throw damaged(vault, "its content belongs to another vault");
  const { counter, credentials } = plain;
  if (typeof counter !== "number" || !Number.isSafeInteger(counter) || counter < 0) {
    throw damaged(vault, "it has no valid change counter");
  }
  if (!Array.isArray(credentials)) throw damaged(vault, "it has no list of credentials");
  const entries = credentials.map((entry: unknown) => fromPlainEntry(vault, entry));
  if (new Set(entries.map((entry) => entry.credential.name)).size !== entries.length) {
    throw damaged(vault, "two of its credentials have the same name");
  }
  return { counter, entries };
}

/** Whose content it is, for a file that comes from elsewhere. @throws VaultboxError VBX_VAULT_DAMAGED */
export function readVaultName(file: string, text: string): string {
  const plain = parseJson(file, text);
  const name = isFields(plain) ? plain["vault"] : undefined;
  if (typeof name === "string" && isName(name)) return name;
  throw damaged(file, "its content is not a vault");
}

/** One entry as it is kept in a keychain item. */
export function encodeEntry(entry: VaultEntry): string {
  return JSON.stringify({ format, ...toPlainEntry(entry) });
}

/** @throws VaultboxError VBX_VAULT_DAMAGED */
export function decodeEntry(vault: string, text: string): VaultEntry {
  const plain = parseJson(vault, text);
  if (!isFields(plain) || plain["format"] !== format) {
    throw damaged(vault, "an item of it has another format version");
  }
  const { format: _format, ...entry } = plain;
  return fromPlainEntry(vault, entry);
}

/** @throws VaultboxError VBX_CREDENTIAL_INVALID when the vault would hold too many credentials */
export function toSorted(entries: readonly VaultEntry[]): readonly VaultEntry[] {
  if (entries.length > maxCredentials) {
    throw new VaultboxError(
      "VBX_CREDENTIAL_INVALID",
      `cannot keep ${entries.length} credentials in one vault: ${maxCredentials} are the most`,
      { hints: ["make another vault: vaultbox vault create NAME"] },
    );
  }
  return entries.toSorted((a, b) => compareText(a.credential.name, b.credential.name));
}

export function damaged(vault: string, why: string): VaultboxError {
  return new VaultboxError("VBX_VAULT_DAMAGED", `cannot read the vault ${quoted(vault)}: ${why}`, {
    hints: ["restore it from a backup; vaultbox changed nothing"],
  });
}

function toPlainEntry(entry: VaultEntry): Record<string, unknown> {
  const { credential, secret } = entry;
  return secret === undefined ? { ...credential } : { ...credential, secret: secret.reveal() };
}

function fromPlainEntry(vault: string, plain: unknown): VaultEntry {
  if (!isFields(plain)) throw damaged(vault, "one of its credentials is not an object");
  const { secret, ...rest } = plain;
  const credential = parseCredential(rest);
  if (credential === undefined) throw damaged(vault, "one of its credentials is not valid");
  const fault = isSigningKey(credential) ? undefined : findCredentialFault(credential);
  if (fault !== undefined) {
    throw damaged(vault, `its credential ${quoted(credential.name)} is not valid: ${fault}`);
  }
  if (credential.source.type !== "stored") {
    if (secret !== undefined) throw damaged(vault, "a credential has two sources for its secret");
    return { credential };
  }
  if (typeof secret !== "string" || secret === "") {
    throw damaged(vault, `the secret of ${quoted(credential.name)} is missing`);
  }
  return { credential, secret: new Secret(credential.name, secret) };
}

function parseJson(vault: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Without the cause: the parser's message quotes the text, and the text holds secrets
    throw damaged(vault, "its content is not JSON");
  }
}
