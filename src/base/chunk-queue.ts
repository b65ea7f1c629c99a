/** Smaller pieces are put together: in a queue each costs some hundred bytes beside its own. */
const smallBytes = 4096;
const slabBytes = 16_384;

/** Bytes that arrived, in order; what they take in memory is at most a few times what they are, however small they came. */
export class ChunkQueue {
  #chunks: Buffer[] = [];
  #size = 0;
  /** Bytes that are used of the last chunk, when that has room for more */
  #used: number | undefined;

  /** Bytes in all. */
  get size(): number {
    return this.#size;
  }

  push(chunk: Buffer): void {
    this.#size += chunk.length;
    // Mostly it's the only one: there is nothing to put it together with
    if (chunk.length >= smallBytes || this.#chunks.length === 0) {
      this.#closeSlab();
      this.#chunks.push(chunk);
      return;
    }
    if (this.#used === undefined || this.#used + chunk.length > slabBytes) {
      this.#closeSlab();
      this.#chunks.push(Buffer.allocUnsafeSlow(slabBytes));
      this.#used = 0;
    }
    this.#used += chunk.copy(this.#chunks.at(-1)!, this.#used);
  }

  shift(): Buffer | undefined {
    if (this.#chunks.length === 1) this.#closeSlab();
    const chunk = this.#chunks.shift();
    this.#size -= chunk?.length ?? 0;
    return chunk;
  }

  unshift(chunk: Buffer): void {
    this.#size += chunk.length;
    this.#chunks.unshift(chunk);
  }

  takeAll(): Buffer {
    this.#closeSlab();
    const all = Buffer.concat(this.#chunks);
    this.clear();
    return all;
  }

  /** @returns how many bytes were in it */
  clear(): number {
    const size = this.#size;
    this.#chunks = [];
    this.#size = 0;
    this.#used = undefined;
    return size;
  }

  #closeSlab(): void {
    const slab = this.#chunks.at(-1);
    if (this.#used !== undefined && slab !== undefined) {
      this.#chunks[this.#chunks.length - 1] = slab.subarray(0, this.#used);
    }
    this.#used = undefined;
  }
}
