import { GitProtocolError } from "./git-protocol-error.ts";
import { type Pkt, PktQueue } from "./pkt-line.ts";

/** The next piece of a stream, undefined at its end. */
export type NextPiece = () => Promise<Buffer | undefined>;

/** Reads packets from a stream, and leaves what is behind them for another reader. */
export class PktReader {
  readonly #next: NextPiece;
  readonly #queue: PktQueue;

  /** `maxBytes` limits all packets together, lengths included. */
  constructor(next: NextPiece, options: { readonly maxBytes: number }) {
    this.#next = next;
    this.#queue = new PktQueue(options.maxBytes);
  }

  /** Bytes of the packets read so far, lengths included. */
  get bytesRead(): number {
    return this.#queue.takenBytes;
  }

  /**
   * The next packet; undefined when the stream ends where a packet ends.
   * @throws GitProtocolError for a wrong length, an end inside a packet, and beyond the limit
   */
  async read(): Promise<Pkt | undefined> {
    for (;;) {
      const pkt = this.#queue.take();
      if (pkt !== undefined) return pkt;
      const piece = await this.#next();
      if (piece !== undefined) {
        this.#queue.add(piece);
      } else if (this.#queue.isAtBoundary) {
        return undefined;
      } else {
        throw new GitProtocolError("the stream ends inside a packet");
      }
    }
  }

  /** The bytes behind the packets read so far; the reader must not be used after it. */
  rest(): NextPiece {
    const early = this.#queue.rest();
    let isGiven = early.length === 0;
    return () => {
      if (isGiven) return this.#next();
      isGiven = true;
      return Promise.resolve(early);
    };
  }
}
