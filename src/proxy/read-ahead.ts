import { proxyLimits } from "./limits.ts";

/** What all sockets of one session have read and nobody took yet: past the limit each reads one piece at a time. */
export class ReadAhead {
  /** Told how many bytes came, whoever takes them */
  readonly arrived: (bytes: number) => void;
  #bytes = 0;

  constructor(arrived: (bytes: number) => void = () => undefined) {
    this.arrived = arrived;
  }

  get isFull(): boolean {
    return this.#bytes >= proxyLimits.readAheadBytes;
  }

  /** Counts bytes in, or out where they are negative. */
  add(bytes: number): void {
    this.#bytes += bytes;
  }
}
