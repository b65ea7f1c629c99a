import type { Encrypter } from "age-encryption";
import { VaultboxError } from "../base/errors.ts";
import { quoted } from "../base/printable.ts";
import { type FileKeyOpener, NoMatchError, openAgeFile } from "./age/open-age-file.ts";
import { isX25519Identity, toX25519Identity } from "./age/x25519.ts";
import {
  acceptedWorkFactors,
  toScryptIdentity,
  toScryptRecipient,
  WorkFactorError,
} from "./age-scrypt.ts";
import { damaged } from "./vault-content.ts";

/** What opens an age file. */
export type AgeKey =
  | { readonly type: "passphrase"; readonly passphrase: string }
  /** `identity`: `AGE-SECRET-KEY-1…` or `AGE-SECRET-KEY-PQ-1…`; `origin`: where it was read, for messages */
  | { readonly type: "identity"; readonly identity: string; readonly origin: string };

/** Whom an age file is written to. */
export type AgeTarget =
  | AgeKey
  | { readonly type: "recipients"; readonly recipients: readonly string[] };

export async function encryptText(text: string, target: AgeTarget): Promise<Uint8Array> {
  const age = await importAge();
  const encrypter = new age.Encrypter();
  switch (target.type) {
    case "passphrase":
      encrypter.addRecipient(toScryptRecipient(target.passphrase));
      break;
    case "identity":
      encrypter.addRecipient(await age.identityToRecipient(target.identity));
      break;
    case "recipients":
      for (const recipient of target.recipients) addRecipient(encrypter, recipient);
      break;
  }
  return encrypter.encrypt(text);
}

/**
 * The whole text, or an error and nothing: the last bytes are checked before the first are returned.
 * @throws VaultboxError VBX_PASSPHRASE_WRONG, VBX_VAULT_LOCKED (another identity), VBX_VAULT_DAMAGED
 */
export async function decryptText(vault: string, file: Uint8Array, key: AgeKey): Promise<string> {
  const open = toOpener(key);
  let bytes: Uint8Array;
  try {
    bytes = await openAgeFile(await toBinary(file), open);
  } catch (error) {
    throw toDecryptError(vault, key, error);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    // Without the cause: nothing about decrypted bytes belongs in an error
    throw damaged(vault, "its content is not text");
  }
}

function toOpener(key: AgeKey): FileKeyOpener {
  if (key.type === "passphrase") {
    const identity = toScryptIdentity(key.passphrase);
    return ({ stanzas }) => identity.unwrapFileKey(stanzas);
  }
  const { identity } = key;
  if (!isX25519Identity(identity)) return ({ bytes }) => openByPackage(bytes, identity);
  const own = toX25519Identity(identity);
  return ({ stanzas }) => own.unwrapFileKey(stanzas);
}

/** An identity of another kind, as the post-quantum one is. */
async function openByPackage(header: Uint8Array, identity: string): Promise<Uint8Array | null> {
  const { Decrypter } = await importAge();
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  try {
    return await decrypter.decryptHeader(header);
  } catch (error) {
    if (error instanceof Error && error.message === noMatch) return null;
    throw error;
  }
}

/**
 * Throws for an identity that isn't as it was written: its checksum says so.
 * @param identity of any kind, `AGE-SECRET-KEY-…`
 */
export async function checkIdentity(identity: string): Promise<void> {
  if (isX25519Identity(identity)) toX25519Identity(identity);
  else new (await importAge()).Decrypter().addIdentity(identity);
}

/** Loaded when a file is written, or is of a rarer kind: it takes 60 ms and 15 MB, and a session lives long. */
function importAge(): Promise<typeof import("age-encryption")> {
  return import("age-encryption");
}

/** How a file is opened, from its header alone; `undefined` when it isn't an age file. */
export function readAgeKind(file: Uint8Array): AgeKey["type"] | undefined {
  const start = readStart(file);
  if (!start.startsWith("age-encryption.org/v1\n-> ")) return undefined;
  return start.startsWith("age-encryption.org/v1\n-> scrypt ") ? "passphrase" : "identity";
}

const armourStart = "-----BEGIN AGE ENCRYPTED FILE-----";
/** White space before the armour that is looked through */
const maxBlank = 1024;

async function toBinary(file: Uint8Array): Promise<Uint8Array> {
  if (!isArmoured(file)) return file;
  const { armor } = await importAge();
  return armor.decode(toLatin1(file));
}

/** As `age -a` writes it. */
function isArmoured(file: Uint8Array): boolean {
  return toLatin1(file.subarray(0, maxBlank)).trimStart().startsWith(armourStart);
}

/** The first bytes of the binary form: 48 of an armoured file, which is what a line of it holds. */
function readStart(file: Uint8Array): string {
  const text = toLatin1(file.subarray(0, maxBlank));
  if (!isArmoured(file)) return text;
  const [, line = ""] = text.trimStart().split(/\r?\n/, 2);
  return toLatin1(Buffer.from(line, "base64"));
}

function toLatin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("latin1");
}

/** @throws VaultboxError VBX_USAGE for one that vaultbox couldn't read the file with afterwards, too */
function addRecipient(encrypter: Encrypter, recipient: string): void {
  const refuse = (why: string, hint: string, cause?: unknown): VaultboxError =>
    new VaultboxError("VBX_USAGE", `cannot encrypt to ${quoted(recipient)}: ${why}`, {
      hints: [hint],
      cause,
    });
  const own = 'a recipient begins with "age1", as age-keygen prints it';
  if (recipient.startsWith("ssh-")) {
    throw refuse("vault import opens no file with an SSH key", own);
  }
  if (/^age1[a-z]+pq1|^age1tag1/.test(recipient) && !recipient.startsWith("age1pq1")) {
    throw refuse("its identity is in a key device, which vault import can't ask", own);
  }
  try {
    encrypter.addRecipient(recipient);
  } catch (error) {
    throw refuse("not a recipient", own, error);
  }
}

// The age package throws plain errors: this one message says that no stanza fitted the key
const noMatch = "no identity matched any of the file's recipients";

function toDecryptError(vault: string, key: AgeKey, error: unknown): VaultboxError {
  if (error instanceof WorkFactorError) {
    const { least, most } = acceptedWorkFactors;
    return damaged(
      vault,
      `its scrypt work factor is 2^${error.logN}, and 2^${least} to 2^${most} are accepted`,
    );
  }
  if (!(error instanceof NoMatchError)) {
    return damaged(vault, "the file is not as it was written");
  }
  if (key.type === "passphrase") {
    return new VaultboxError(
      "VBX_PASSPHRASE_WRONG",
      `cannot open the vault ${quoted(vault)}: the passphrase is wrong, or the file's header is damaged`,
      { hints: ["if the passphrase is right, restore the vault's file from a backup"] },
    );
  }
  return new VaultboxError(
    "VBX_VAULT_LOCKED",
    `cannot open the vault ${quoted(vault)}: the identity from ${key.origin} is not the one it was written for, or the file's header is damaged`,
    { hints: ["set VAULTBOX_IDENTITY_FILE to the file that holds its identity"] },
  );
}
