import type { HeaderField } from "../header-fields.ts";
import { Refusal } from "../refusal.ts";
import { http1Limits } from "./http1-limits.ts";

const carriageReturn = 0x0d;
const lineFeed = 0x0a;

/** What one push gave: payload pieces in order, and, once done, the bytes behind the body. */
export interface Decoded {
  readonly pieces: readonly Buffer[];
  readonly done: boolean;
  readonly rest: Buffer;
}

type State = "size" | "data" | "data-end" | "trailer";

/** Whose body it is: what a client sends beside the payload is refused, what an upstream sends may be looked at. */
export type BodySender = "client" | "upstream";

const sizeLine: Record<BodySender, RegExp> = {
  client: /^([0-9A-Fa-f]{1,13})$/,
  // With blanks and extensions (RFC 9112, section 7.1.1), which have no meaning that anybody knows
  upstream: /^([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\0\r]*)?$/,
};

/**
 * Decodes a chunked body (RFC 9112, section 7.1), CRLF only. A client's has no extensions and no trailers, which can carry
 * fields that the policy never saw; of an upstream's the trailers are kept. The same bytes cut anywhere give the same
 * payload.
 */
export class ChunkedDecoder {
  /** Lines of an upstream's trailer section, as received */
  readonly trailers: string[] = [];
  readonly #sender: BodySender;
  #state: State = "size";
  #line = "";
  #left = 0;
  #trailerBytes = 0;

  constructor(sender: BodySender) {
    this.#sender = sender;
  }

  /** @throws Refusal 400 `request-invalid` (the caller turns it into a 502 for a response) */
  push(bytes: Buffer): Decoded {
    const pieces: Buffer[] = [];
    let at = 0;
    while (at < bytes.length) {
      if (this.#state === "data") {
        const piece = bytes.subarray(at, at + this.#left);
        pieces.push(piece);
        at += piece.length;
        this.#left -= piece.length;
        if (this.#left === 0) this.#state = "data-end";
        continue;
      }
      const lineEnd = bytes.indexOf(lineFeed, at);
      const stop = lineEnd === -1 ? bytes.length : lineEnd + 1;
      this.#line += bytes.toString("latin1", at, stop);
      at = stop;
      if (lineEnd === -1) {
        this.#limitLine();
        break;
      }
      if (this.#endLine()) return { pieces, done: true, rest: bytes.subarray(at) };
    }
    return { pieces, done: false, rest: Buffer.alloc(0) };
  }

  /** Handles one complete line; true at the end of the body. */
  #endLine(): boolean {
    this.#limitLine();
    const line = this.#line;
    this.#line = "";
    if (line.charCodeAt(line.length - 2) !== carriageReturn)
      throw invalid("a chunk line ends with LF alone");
    const text = line.slice(0, -2);
    if (this.#state === "data-end") {
      if (text !== "") throw invalid("a chunk is longer than its size says");
      this.#state = "size";
      return false;
    }
    if (this.#state === "trailer") return this.#endTrailerLine(text);
    const size = Number.parseInt(sizeLine[this.#sender].exec(text)?.[1] ?? "", 16);
    if (!Number.isSafeInteger(size))
      throw invalid("a chunk size is not a plain hexadecimal number");
    this.#left = size;
    this.#state = this.#left === 0 ? "trailer" : "data";
    return false;
  }

  #endTrailerLine(text: string): boolean {
    if (text === "") return true;
    if (this.#sender === "client") throw invalid("the body has trailer fields");
    this.#trailerBytes += text.length;
    if (this.#trailerBytes > http1Limits.trailerBytes)
      throw invalid("the trailer section is too large");
    this.trailers.push(text);
    return false;
  }

  #limitLine(): void {
    const most =
      this.#state === "trailer"
        ? http1Limits.trailerBytes
        : http1Limits.chunkLineBytes[this.#sender] + 2;
    if (this.#line.length > most) throw invalid("a chunk line is too long");
  }
}

function invalid(what: string): Refusal {
  return new Refusal(400, "request-invalid", what);
}

/** What stands around the payload of a chunk, for latin1. */
export const chunkFraming = {
  start: (payload: Buffer): string => `${payload.length.toString(16)}\r\n`,
  end: "\r\n",
} as const;

/** The last chunk and the trailer section, for latin1. */
export function toLastChunk(trailers: readonly HeaderField[] = []): string {
  return `0\r\n${trailers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}
