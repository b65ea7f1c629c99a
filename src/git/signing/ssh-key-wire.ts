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
