// pkt-lines: four hex digits that count themselves and the data behind them (git's gitprotocol-common, "pkt-line Format").
import { quoted } from "../printable.ts";
import { GitProtocolError } from "./git-protocol-error.ts";

/** Bytes of data in one packet at most. */
export const maxPktData = 65_516;
const lengthBytes = 4;

/** The next piece of a stream of any size but 0, undefined at its end. */
export type NextPiece = () => Promise<Buffer | undefined>;

export type Pkt =
  | { readonly type: "data"; readonly data: Buffer }
  | { readonly type: "flush" | "delim" | "response-end" };

const markers = { flush: "0000", delim: "0001", "response-end": "0002" } as const;
const markerTypes = ["flush", "delim", "response-end"] as const;

export const flushPkt: Buffer = Buffer.from(markers.flush);
export const delimPkt: Buffer = Buffer.from(markers.delim);

/** One packet. @throws RangeError when the data doesn't fit: a mistake of the caller's */
export function toPkt(data: string | Buffer): Buffer {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  if (bytes.length > maxPktData) throw new RangeError("a packet's data is too long");
  const length = (bytes.length + lengthBytes).toString(16).padStart(lengthBytes, "0");
  return Buffer.concat([Buffer.from(length, "latin1"), bytes]);
}

export function encodePkt(pkt: Pkt): Buffer {
  return pkt.type === "data" ? toPkt(pkt.data) : Buffer.from(markers[pkt.type]);
}

/**
 * A packet's length, with its own four bytes; 0 to 2 for the packets without data.
 * @throws GitProtocolError when it isn't four hex digits, or is a number that no packet has
 */
export function parsePktLength(digits: Buffer): number {
  const text = digits.toString("latin1");
  if (!/^[0-9a-fA-F]{4}$/.test(text)) {
    throw new GitProtocolError(`a packet's length is ${quoted(text)}, not four hex digits`);
  }
  const length = Number.parseInt(text, 16);
  if (length === 3 || length > maxPktData + lengthBytes) {
    throw new GitProtocolError(`a packet's length is ${quoted(text)}, which no packet has`);
  }
  return length;
}

/** Reads packets from a stream, and leaves what is behind them for another reader. */
export class PktReader {
  readonly #next: NextPiece;
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #buffered = 0;
  #read = 0;

  /** `maxBytes` limits all packets together, lengths included. */
  constructor(next: NextPiece, options: { readonly maxBytes: number }) {
    this.#next = next;
    this.#maxBytes = options.maxBytes;
  }

  /** Bytes of the packets read so far, lengths included. */
  get bytesRead(): number {
    return this.#read;
  }

  /**
   * The next packet; undefined when the stream ends where a packet ends.
   * @throws GitProtocolError for a wrong length, an end inside a packet, and beyond the limit
   */
  async read(): Promise<Pkt | undefined> {
    if (!(await this.#fill(lengthBytes))) {
      if (this.#buffered === 0) return undefined;
      throw new GitProtocolError("the stream ends inside a packet's length");
    }
    const length = parsePktLength(this.#take(lengthBytes));
    this.#read += Math.max(length, lengthBytes);
    if (this.#read > this.#maxBytes) {
      throw new GitProtocolError(`the packets are longer than ${this.#maxBytes} bytes`);
    }
    const marker = markerTypes[length];
    if (marker !== undefined) return { type: marker };
    const dataLength = length - lengthBytes;
    if (!(await this.#fill(dataLength))) {
      throw new GitProtocolError("the stream ends inside a packet");
    }
    return { type: "data", data: this.#take(dataLength) };
  }

  /** The bytes behind the packets read so far; the reader must not be used after it. */
  rest(): NextPiece {
    const early = this.#pieces;
    this.#pieces = [];
    this.#buffered = 0;
    return () => {
      const piece = early.shift();
      return piece === undefined ? this.#next() : Promise.resolve(piece);
    };
  }

  async #fill(size: number): Promise<boolean> {
    while (this.#buffered < size) {
      const piece = await this.#next();
      if (piece === undefined) return false;
      if (piece.length === 0) continue;
      this.#pieces.push(piece);
      this.#buffered += piece.length;
    }
    return true;
  }

  #take(size: number): Buffer {
    this.#buffered -= size;
    const parts: Buffer[] = [];
    let missing = size;
    while (missing > 0) {
      const piece = this.#pieces.shift() as Buffer;
      parts.push(piece.subarray(0, missing));
      if (piece.length > missing) this.#pieces.unshift(piece.subarray(missing));
      missing -= Math.min(missing, piece.length);
    }
    // A copy, so that a small packet doesn't keep a big piece alive
    return Buffer.concat(parts, size);
  }
}
