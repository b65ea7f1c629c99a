import { type BodySender, ChunkedDecoder } from "./chunked-decoder.ts";
import type { Framing } from "./response-head.ts";

/** The bytes of a connection, as they come. One reader at a time. */
export interface ByteSource {
  /** What has arrived, undefined at the end; rejects when the connection fails. */
  readonly next: () => Promise<Buffer | undefined>;
  /** Puts bytes back in front. */
  readonly unread: (bytes: Buffer) => void;
}

/** A message body as payload pieces; what stands behind it stays in the source. */
export interface BodyReader {
  /** The next piece, undefined at the end; rejects when the sender stops early or breaks the framing. */
  readonly next: () => Promise<Buffer | undefined>;
  /** Lines behind an upstream's body, once its end was read */
  readonly trailers?: readonly string[];
}

export function readBody(source: ByteSource, framing: Framing, sender: BodySender): BodyReader {
  switch (framing) {
    case "none":
      return { next: () => Promise.resolve(undefined) };
    case "unknown":
      return readChunked(source, new ChunkedDecoder(sender));
    case "until-close":
      return { next: () => source.next() };
    default:
      return readLength(source, framing);
  }
}

function readLength(source: ByteSource, length: number): BodyReader {
  let left = length;
  return {
    next: async () => {
      if (left === 0) return undefined;
      const chunk = await source.next();
      if (chunk === undefined) throw new Error("the body ended early");
      if (chunk.length <= left) {
        left -= chunk.length;
        return chunk;
      }
      source.unread(chunk.subarray(left));
      const piece = chunk.subarray(0, left);
      left = 0;
      return piece;
    },
  };
}

function readChunked(source: ByteSource, decoder: ChunkedDecoder): BodyReader {
  let pieces: Buffer[] = [];
  let done = false;
  return {
    trailers: decoder.trailers,
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
