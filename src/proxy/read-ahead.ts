import { proxyLimits } from "./limits.ts";

/** What all sockets of one session have read and nobody took yet: past the limit each reads one piece at a time. */
export class ReadAhead {
  #bytes = 0;

  get isFull(): boolean {
    return this.#bytes >= proxyLimits.readAheadBytes;
  }

  /** Counts bytes in, or out where they are negative. */
  add(bytes: number): void {
    this.#bytes += bytes;
  }
}
