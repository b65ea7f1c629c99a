// SSH public keys: RFC 4253 §6.6 (the bytes), the one-line form of `.pub` files and the fingerprint of ssh-keygen -l.
import { createHash } from "node:crypto";
import { SshFormatError, SshReader } from "./ssh-key-wire.ts";

/** A public key: its type and its bytes on the wire. */
export interface SshPublicKey {
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `sk-ssh-ed25519@openssh.com` … */
  readonly type: string;
  readonly blob: Buffer;
}

/** Bytes of the largest key that is read: an RSA key of 16384 bits has 2 KiB. */
export const maxPublicKeyBytes = 8 * 1024;

// A type's name as RFC 4250 §4.6.1 allows, which is also safe in a file of lines and blanks
const typeShape = /^[A-Za-z0-9@.-]{1,64}$/;
const lineShape = /^([A-Za-z0-9@.-]{1,64}) ([A-Za-z0-9+/]+={0,2})(?: [^\r\n]*)?$/;

/** @throws SshFormatError */
export function parsePublicKeyBlob(blob: Buffer): SshPublicKey {
  if (blob.length > maxPublicKeyBytes) throw new SshFormatError("the public key is too long");
  const type = new SshReader(blob).takeString().toString("latin1");
  if (!typeShape.test(type)) throw new SshFormatError("the public key has no valid type");
  return { type, blob: Buffer.from(blob) };
}

/** `ssh-ed25519 AAAA… comment`; the comment is dropped. @throws SshFormatError */
export function parsePublicKeyLine(line: string): SshPublicKey {
  const match = lineShape.exec(line);
  if (match === null) throw new SshFormatError("it is not the line of a public key");
  const key = parsePublicKeyBlob(Buffer.from(match[2] ?? "", "base64"));
  if (key.type === match[1]) return key;
  throw new SshFormatError("the public key is of another type than its line says");
}

/** As in a `.pub` file, without comment. */
export function toPublicKeyLine(key: SshPublicKey): string {
  return `${key.type} ${key.blob.toString("base64")}`;
}

/** `SHA256:…`, as ssh-keygen -l and ssh-add -l print it. */
export function toFingerprint(key: SshPublicKey): string {
  const digest = createHash("sha256").update(key.blob).digest("base64");
  return `SHA256:${digest.replace(/=+$/, "")}`;
}
