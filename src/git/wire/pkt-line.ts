// pkt-lines: four hex digits that count themselves and the data behind them (git's gitprotocol-common, "pkt-line Format").
import { quoted } from "../../base/printable.ts";
import { GitProtocolError } from "./git-protocol-error.ts";

/** Bytes of data in one packet at most. */
export const maxPktData = 65_516;
const lengthBytes = 4;

export type Pkt =
  | { readonly type: "data"; readonly data: Buffer }
  | { readonly type: "flush" | "delim" | "response-end" };

const markers = { flush: "0000", delim: "0001", "response-end": "0002" } as const;
const markerTypes = ["flush", "delim", "response-end"] as const;

/** Ends a list; it stands for no data. */
export const flushPkt: Buffer = Buffer.from(markers.flush);
/** Between the sections of a request of version 2. */
export const delimPkt: Buffer = Buffer.from(markers.delim);

/** One packet. @throws RangeError when the data doesn't fit: a mistake of the caller's */
export function toPkt(data: string | Buffer): Buffer {
  const bytes = typeof data === "string" ? Buffer.from(data) : data;
  if (bytes.length > maxPktData) throw new RangeError("a packet's data is too long");
  const length = (bytes.length + lengthBytes).toString(16).padStart(lengthBytes, "0");
  return Buffer.concat([Buffer.from(length, "latin1"), bytes]);
}

/** The bytes of a packet that was read. */
export function encodePkt(pkt: Pkt): Buffer {
  return pkt.type === "data" ? toPkt(pkt.data) : Buffer.from(markers[pkt.type]);
}

/** With its own four bytes; 0 to 2 for the packets without data. */
function parsePktLength(digits: Buffer): number {
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

/** Packets out of bytes that come in pieces. */
export class PktQueue {
  readonly #maxBytes: number;
  #pieces: Buffer[] = [];
  #buffered = 0;
  #taken = 0;
  /** Length of the packet whose data isn't complete */
  #length: number | undefined;

  /** `maxBytes` limits all packets together, lengths included. */
  constructor(maxBytes: number = Number.POSITIVE_INFINITY) {
    this.#maxBytes = maxBytes;
  }

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#buffered += piece.length;
  }

  /** Bytes of the packets that were taken, lengths included. */
  get takenBytes(): number {
    return this.#taken;
  }

  /** Whether the bytes so far end where a packet ends. */
  get isAtBoundary(): boolean {
    return this.#buffered === 0 && this.#length === undefined;
  }

  /**
   * The next packet, undefined when it isn't complete.
   * @throws GitProtocolError for a length that isn't four hex digits or that no packet has, and beyond the limit: as soon
   * as the length is there
   */
  take(): Pkt | undefined {
    if (this.#length === undefined) {
      if (this.#buffered < lengthBytes) return undefined;
      const length = parsePktLength(this.#cut(lengthBytes));
      this.#taken += Math.max(length, lengthBytes);
      if (this.#taken > this.#maxBytes) {
        throw new GitProtocolError(`the packets are longer than ${this.#maxBytes} bytes`);
      }
      const marker = markerTypes[length];
      if (marker !== undefined) return { type: marker };
      this.#length = length;
    }
    const dataLength = this.#length - lengthBytes;
    if (this.#buffered < dataLength) return undefined;
    this.#length = undefined;
    // A copy, so that a small packet doesn't keep a big piece alive
    return { type: "data", data: Buffer.from(this.#cut(dataLength)) };
  }

  /** The bytes behind the packets that were taken, which the queue forgets. Only between packets. */
  rest(): Buffer {
    return this.#cut(this.#buffered);
  }

  #cut(size: number): Buffer {
    const [first] = this.#pieces;
    const bytes = first !== undefined && first.length >= size ? first : Buffer.concat(this.#pieces);
    if (bytes !== first) this.#pieces = [bytes];
    if (bytes.length > size) this.#pieces[0] = bytes.subarray(size);
    else this.#pieces.shift();
    this.#buffered -= size;
    return bytes.subarray(0, size);
  }
}

/** Changes an answer on its way, in pieces. */
export interface AnswerTransform {
  /** @throws GitProtocolError when the answer isn't one to what was asked */
  readonly push: (piece: Buffer) => Buffer;
  /** @throws GitProtocolError when it ended too early */
  readonly end: () => Buffer;
}

/** 1: what was asked for. 2: for the user's terminal. 3: why it ended. */
type Band = 1 | 2 | 3;

/** Bytes of a packet that aren't data: its length, and the band. */
const overheadBytes = 5;

/**
 * `data` in packets of a band: several streams in one, each packet begins with the number of its stream (gitprotocol-pack,
 * "Packfile Data"). `packetBytes` is a packet's size at most, 1000 or 65520.
 */
export function toSideBand(band: Band, data: Buffer, packetBytes: number): Buffer {
  const room = packetBytes - overheadBytes;
  const packets: Buffer[] = [];
  for (let at = 0; at < data.length; at += room) {
    packets.push(toPkt(Buffer.concat([Buffer.from([band]), data.subarray(at, at + room)])));
  }
  return Buffer.concat(packets);
}
