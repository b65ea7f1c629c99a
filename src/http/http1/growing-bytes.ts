/** Bytes that come in pieces and are needed as a whole after each; however small the pieces are, each byte is copied a few times. */
export class GrowingBytes {
  #buffer: Buffer;
  #length: number;

  constructor(first: Buffer) {
    this.#buffer = first;
    this.#length = first.length;
  }

  /** All bytes so far: a view that is good until the next piece. */
  add(piece: Buffer): Buffer {
    const length = this.#length + piece.length;
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(2 * length);
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    piece.copy(this.#buffer, this.#length);
    this.#length = length;
    return this.#buffer.subarray(0, length);
  }
}
