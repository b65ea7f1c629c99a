import type { NextPiece } from "../body.ts";
import { type BodySender, ChunkedDecoder } from "./chunked-decoder.ts";
import type { Framing } from "./response-head.ts";

/** The bytes of a connection, as they come. One reader at a time. */
export interface ByteSource {
  /** What has arrived, undefined at the end; rejects when the connection fails. */
  readonly next: () => NextPiece;
  /** Puts bytes back in front. */
  readonly unread: (bytes: Buffer) => void;
}

/** A message body as payload pieces; what stands behind it stays in the source. */
export interface BodyReader {
  /** The next piece, undefined at the end; fails when the sender stops early or breaks the framing. */
  readonly next: () => NextPiece;
  /** Whether all of it was read, as far as that is known without reading on */
  readonly isDone: boolean;
  /** Lines behind an upstream's body, once its end was read */
  readonly trailers?: readonly string[];
}

export function readBody(source: ByteSource, framing: Framing, sender: BodySender): BodyReader {
  switch (framing) {
    case "none":
      return noBodyReader;
    case "unknown":
      return readChunked(source, new ChunkedDecoder(sender));
    case "until-close":
      return { isDone: false, next: () => source.next() };
    default:
      return new LengthReader(source, framing);
  }
}

const noBodyReader: BodyReader = { isDone: true, next: () => undefined };

class LengthReader implements BodyReader {
  readonly #source: ByteSource;
  #left: number;

  constructor(source: ByteSource, length: number) {
    this.#source = source;
    this.#left = length;
  }

  get isDone(): boolean {
    return this.#left === 0;
  }

  next(): NextPiece {
    if (this.#left === 0) return undefined;
    const chunk = this.#source.next();
    return chunk instanceof Promise ? this.#wait(chunk) : this.#take(chunk);
  }

  async #wait(coming: Promise<Buffer | undefined>): Promise<Buffer> {
    return this.#take(await coming);
  }

  #take(chunk: Buffer | undefined): Buffer {
    if (chunk === undefined) throw new Error("the body ended early");
    if (chunk.length <= this.#left) {
      this.#left -= chunk.length;
      return chunk;
    }
    this.#source.unread(chunk.subarray(this.#left));
    const piece = chunk.subarray(0, this.#left);
    this.#left = 0;
    return piece;
  }
}

function readChunked(source: ByteSource, decoder: ChunkedDecoder): BodyReader {
  let pieces: Buffer[] = [];
  let done = false;
  return {
    trailers: decoder.trailers,
    get isDone() {
      return done && pieces.length === 0;
    },
    next: async () => {
      for (;;) {
        if (pieces.length > 0) {
          const piece = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
          pieces = [];
          return piece;
        }
        if (done) return undefined;
        const chunk = await source.next();
        if (chunk === undefined) throw new Error("the body ended early");
        const decoded = decoder.push(chunk);
        pieces = [...decoded.pieces];
        done = decoded.done;
        if (done && decoded.rest.length > 0) source.unread(decoded.rest);
      }
    },
  };
}
