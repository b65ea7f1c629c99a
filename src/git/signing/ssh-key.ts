// SSH public keys: RFC 4253 §6.6 (the bytes), the one-line form of `.pub` files and the fingerprint of ssh-keygen -l.
import { createHash } from "node:crypto";

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

// The data types of SSH (RFC 4251 §5), as keys, signatures and the agent's messages use them.

/** Bytes that aren't what an SSH structure needs; the message says what is wrong and holds none of them. */
export class SshFormatError extends Error {
  override readonly name = "SshFormatError";
}

/** Four bytes, the highest first (RFC 4251 §5). */
export function toSshUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A `string` of the protocol: length and bytes. */
export function toSshString(value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([toSshUint32(bytes.length), bytes]);
}

/** Reads one structure from its beginning to its end. */
export class SshReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** @throws SshFormatError */
  take(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new SshFormatError("it ends too early");
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }

  /** @throws SshFormatError */
  takeUint32(): number {
    return this.take(4).readUInt32BE();
  }

  /** @throws SshFormatError */
  takeString(): Buffer {
    return this.take(this.takeUint32());
  }

  /** What is left. */
  rest(): Buffer {
    return this.take(this.#bytes.length - this.#at);
  }
}
