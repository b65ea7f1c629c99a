import type { Duplex } from "node:stream";
import type { Body } from "../http/body.ts";
import { type ByteSource, drained } from "./byte-source.ts";
import { proxyLimits } from "./limits.ts";

/** Pieces from this size on are part of a bulk transfer; events of a stream are smaller. Bytes. */
const bulkBytes = 4096;

/** What stands around each piece on the wire, for latin1: where its length isn't in the head. */
export interface PieceFraming {
  readonly start: (piece: Buffer) => string;
  readonly end: string;
}

const unframed: PieceFraming = { start: () => "", end: "" };

/**
 * Writes the body of one message. TLS hands over records of 16 KB one by one: those of one turn of the event loop go out in
 * one write, which saves most of the system calls of a bulk transfer. A small piece that comes alone goes out at once.
 */
export class BodyWriter {
  readonly #socket: Duplex;
  readonly #source: ByteSource;
  readonly #framing: PieceFraming;
  /** Goes out with the first piece */
  #head: string;
  #isJoining = false;

  constructor(
    { socket, source }: { readonly socket: Duplex; readonly source: ByteSource },
    message: {
      readonly head: string;
      readonly body: Body;
      readonly framing?: PieceFraming | undefined;
    },
  ) {
    this.#socket = socket;
    this.#source = source;
    this.#framing = message.framing ?? unframed;
    this.#head = message.head;
    if (message.body.isReady !== true) this.#writeText("");
  }

  /** Whether so much waits for the reader that the caller has to, too. */
  get isFull(): boolean {
    const { destroyed, writableNeedDrain, writableLength } = this.#socket;
    if (destroyed) return true;
    if (!writableNeedDrain) return false;
    return writableLength >= proxyLimits.unsentBytes || this.#source.readAhead.isFull;
  }

  write(piece: Buffer): void {
    if (piece.length < bulkBytes) this.#writeSmall(piece);
    else this.#writeBulk(piece);
  }

  /** Resolves when the reader has all of it; rejects when its connection closes first. */
  async drained(): Promise<void> {
    const { readAhead } = this.#source;
    const unsent = this.#socket.writableLength;
    readAhead.add(unsent);
    try {
      await drained(this.#socket);
    } finally {
      readAhead.add(-unsent);
    }
  }

  /** All of the body was written. @param last stands behind it, for latin1 */
  end(last = ""): void {
    this.#writeText(last);
    this.flush();
  }

  /** What was joined goes out now. */
  flush(): void {
    if (!this.#isJoining) return;
    this.#isJoining = false;
    this.#socket.uncork();
  }

  #writeSmall(piece: Buffer): void {
    const start = this.#head + this.#framing.start(piece);
    const { end } = this.#framing;
    this.#head = "";
    if (start === "") {
      this.#socket.write(piece);
      return;
    }
    const at = start.length + piece.length;
    const bytes = Buffer.allocUnsafe(at + end.length);
    bytes.write(start, 0, "latin1");
    piece.copy(bytes, start.length);
    bytes.write(end, at, "latin1");
    this.#socket.write(bytes);
  }

  #writeBulk(piece: Buffer): void {
    const socket = this.#socket;
    if (!this.#isJoining) {
      this.#isJoining = true;
      socket.cork();
      setImmediate(flush, this);
    }
    this.#writeText(this.#framing.start(piece));
    socket.write(piece);
    if (this.#framing.end !== "") socket.write(this.#framing.end, "latin1");
  }

  /** What didn't go out of the head goes first. */
  #writeText(text: string): void {
    const all = this.#head + text;
    this.#head = "";
    if (all !== "") this.#socket.write(all, "latin1");
  }
}

function flush(writer: BodyWriter): void {
  writer.flush();
}
