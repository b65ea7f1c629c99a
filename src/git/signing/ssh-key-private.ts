// OpenSSH private keys (PROTOCOL.key of OpenSSH, `openssh-key-v1`): Ed25519, not encrypted. Other keys sign through the
// user's ssh-agent, which knows every type and asks for passphrases itself.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { VaultboxError } from "../../base/errors.ts";
import {
  parsePublicKeyBlob,
  SshFormatError,
  type SshPublicKey,
  SshReader,
  toSshString,
  toSshUint32,
} from "./ssh-key.ts";

/** The only type of a stored key (RFC 8709). */
export const ed25519KeyType = "ssh-ed25519";

export interface SshPrivateKey {
  readonly publicKey: SshPublicKey;
  /** For node:crypto; holds the secret */
  readonly key: KeyObject;
}

const magic = Buffer.from("openssh-key-v1\0", "latin1");
const armour =
  /^\s*-----BEGIN OPENSSH PRIVATE KEY-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END OPENSSH PRIVATE KEY-----\s*$/;
/** Bytes of an Ed25519 seed and of its public key (RFC 8032 §5.1.5) */
const keyBytes = 32;
// RFC 8410 §7: PrivateKeyInfo of an Ed25519 key up to its seed
const pkcs8Prefix = Buffer.from("302e020100300506032b657004220420", "hex");
const useAgent = [
  "load it into the ssh-agent: ssh-add FILE",
  "and use it from there: vaultbox credential add NAME --ssh-agent",
] as const;

/**
 * The bytes of a private key from the text of its file, in base64 on one line: the form in which a vault keeps it.
 * @throws VaultboxError VBX_CREDENTIAL_INVALID; no part of the text is in the message
 */
export function toStoredKey(fileText: string): string {
  const match = armour.exec(fileText);
  if (match === null) {
    const isOther = /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY/.test(fileText);
    throw isOther
      ? unusable("it is not in OpenSSH's own format", useAgent)
      : unusable("it is not an OpenSSH private key", ["name the file without .pub"]);
  }
  const stored = (match[1] ?? "").replaceAll(/\s/g, "");
  parseStoredKey(stored);
  return stored;
}

/** @throws VaultboxError VBX_CREDENTIAL_INVALID; no part of the key is in the message */
export function parseStoredKey(stored: string): SshPrivateKey {
  try {
    return parseKeyFile(Buffer.from(stored, "base64"));
  } catch (error) {
    // Without the cause: nothing about a key's bytes belongs in an error
    if (error instanceof SshFormatError) throw unusable(error.message);
    throw error;
  }
}

/** A new Ed25519 key, as a vault keeps it. */
export function generateStoredKey(comment: string): string {
  const { privateKey } = generateKeyPairSync("ed25519");
  const jwk = privateKey.export({ format: "jwk" });
  const seed = Buffer.from(jwk.d ?? "", "base64url");
  const point = Buffer.from(jwk.x ?? "", "base64url");
  const blob = toEd25519Blob(point);
  const check = randomBytes(4);
  const inner = Buffer.concat([
    check,
    check,
    blob,
    toSshString(Buffer.concat([seed, point])),
    toSshString(comment),
  ]);
  // PROTOCOL.key: padded with 1, 2, 3 … to the block size of the cipher, 8 for none
  const padding = Buffer.from(Array.from({ length: -inner.length & 7 }, (_, index) => index + 1));
  return Buffer.concat([
    magic,
    toSshString("none"),
    toSshString("none"),
    toSshString(""),
    toSshUint32(1),
    toSshString(blob),
    toSshString(Buffer.concat([inner, padding])),
  ]).toString("base64");
}

function parseKeyFile(bytes: Buffer): SshPrivateKey {
  if (!bytes.subarray(0, magic.length).equals(magic)) {
    throw new SshFormatError("it is not an OpenSSH private key");
  }
  const reader = new SshReader(bytes.subarray(magic.length));
  const cipher = reader.takeString().toString("latin1");
  const kdf = reader.takeString().toString("latin1");
  reader.takeString();
  if (cipher !== "none" || kdf !== "none") {
    throw unusable("it is encrypted with a passphrase", useAgent);
  }
  if (reader.takeUint32() !== 1) throw new SshFormatError("the file holds several keys");
  const publicKey = parsePublicKeyBlob(reader.takeString());
  if (publicKey.type !== ed25519KeyType) {
    throw unusable(`it is of the type ${publicKey.type}, and only Ed25519 is kept here`, useAgent);
  }
  const inner = new SshReader(reader.takeString());
  if (!reader.isAtEnd) throw new SshFormatError("something follows the key");
  return { publicKey, key: parseInner(inner, publicKey) };
}

function parseInner(reader: SshReader, publicKey: SshPublicKey): KeyObject {
  if (reader.takeUint32() !== reader.takeUint32()) {
    throw new SshFormatError("its check numbers differ");
  }
  const type = reader.takeString().toString("latin1");
  const point = reader.takeString();
  const secret = reader.takeString();
  if (type !== ed25519KeyType || point.length !== keyBytes || secret.length !== 2 * keyBytes) {
    throw new SshFormatError("it is not a valid Ed25519 key");
  }
  reader.takeString();
  const der = Buffer.concat([pkcs8Prefix, secret.subarray(0, keyBytes)]);
  const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  der.fill(0);
  // A public half that isn't the seed's own leaks the key with its signatures (RFC 8032's double public key misuse)
  const derived = Buffer.from(createPublicKey(key).export({ format: "jwk" }).x ?? "", "base64url");
  const isOwn = derived.equals(point) && derived.equals(secret.subarray(keyBytes));
  if (isOwn && publicKey.blob.equals(toEd25519Blob(derived))) return key;
  throw new SshFormatError("its public and private halves don't belong together");
}

function toEd25519Blob(point: Buffer): Buffer {
  return Buffer.concat([toSshString(ed25519KeyType), toSshString(point)]);
}

function unusable(why: string, hints: readonly string[] = []): VaultboxError {
  return new VaultboxError("VBX_CREDENTIAL_INVALID", `cannot use this signing key: ${why}`, {
    hints,
  });
}
