import type { ByteSource } from "./body-reader.ts";
import { http1Limits } from "./http1-limits.ts";
import { Refusal } from "../refusal.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const headEnd = Buffer.from("\r\n\r\n");

export interface HeadOptions {
  readonly maxBytes: number;
  /** What the first line must look like; anything else is refused without waiting for the rest */
  readonly firstLine: RegExp;
  /** Called when it has begun, unless all of it is there */
  readonly onBegun?: () => void;
  /** Whether empty lines may stand before it: some clients end a body with one (RFC 9112, section 2.2) */
  readonly mayFollowEmptyLines?: boolean;
}

/**
 * Reads one message head: everything up to the empty line, without it; at once where it all came in one piece, as mostly.
 * Undefined at a clean end of input. A line feed without its carriage return is refused as soon as it's seen: parsers disagree
 * about it, and one that waits for a CRLF would hang on it (RFC 9112, section 2.2; llhttp #877).
 * @param first the first piece, taken from the source
 * @throws Refusal 400, 431; a promise rejects with it
 */
export function readHead(
  source: ByteSource,
  first: Buffer | undefined,
  options: HeadOptions,
): string | undefined | Promise<string | undefined> {
  const mayBeEmptyLine = options.mayFollowEmptyLines === true && first?.[0] === carriageReturn;
  // Whoever parses it finds whatever is wrong with it
  const end = first === undefined || mayBeEmptyLine ? -1 : first.indexOf(headEnd);
  if (first === undefined || end <= 0) return readInPieces(source, first, options);
  return takeHead(source, first, end, options.maxBytes);
}

async function readInPieces(
  source: ByteSource,
  first: Buffer | undefined,
  options: HeadOptions,
): Promise<string | undefined> {
  let pending: GrowingBytes | undefined;
  let searched = 0;
  let isBegun = false;
  let mayBeEmptyLine = options.mayFollowEmptyLines === true;
  for (let chunk = first; ; chunk = await source.next()) {
    if (mayBeEmptyLine && chunk?.[0] === carriageReturn) {
      mayBeEmptyLine = false;
      source.unread(chunk);
      await skipEmptyLines(source);
      continue;
    }
    // In front of the first piece only: any other may begin with the end of a line
    mayBeEmptyLine = false;
    if (chunk === undefined) {
      if (pending === undefined) return undefined;
      throw new Refusal(400, "request-invalid", "the message head ended before its empty line");
    }
    if (pending === undefined) options.onBegun?.();
    const bytes = pending?.add(chunk) ?? chunk;
    const end = findHeadEnd(bytes, searched);
    if (!isBegun) isBegun = hasBegun(bytes, searched, options.firstLine);
    if (end !== undefined) return takeHead(source, bytes, end, options.maxBytes);
    if (bytes.length > options.maxBytes) throw headTooLarge(options.maxBytes);
    pending ??= new GrowingBytes(chunk);
    searched = bytes.length;
  }
}

function takeHead(source: ByteSource, bytes: Buffer, end: number, maxBytes: number): string {
  if (end > maxBytes) throw headTooLarge(maxBytes);
  if (end + 4 < bytes.length) source.unread(bytes.subarray(end + 4));
  return bytes.toString("latin1", 0, end);
}

/** @throws Refusal 400 for too many */
async function skipEmptyLines(source: ByteSource): Promise<void> {
  let lines = 0;
  for (let chunk = await source.next(); chunk !== undefined; chunk = await source.next()) {
    let at = 0;
    while (chunk[at] === carriageReturn && chunk[at + 1] === lineFeed) {
      at += 2;
      lines += 1;
      if (lines > http1Limits.emptyLines) {
        throw new Refusal(400, "request-invalid", "too many empty lines stand before the head");
      }
    }
    if (at === chunk.length) continue;
    const rest = chunk.subarray(at);
    const isHalf = rest.length === 1 && rest[0] === carriageReturn;
    const more = isHalf ? await source.next() : undefined;
    source.unread(more === undefined ? rest : Buffer.concat([rest, more]));
    if (more === undefined) return;
  }
}

/**
 * Another protocol (TLS in TLS, SSH, SMTP) may never send an empty line: its beginning already tells.
 * @returns whether the first line is whole
 */
function hasBegun(bytes: Buffer, searched: number, firstLine: RegExp): boolean {
  const [first = 0] = bytes;
  const end = bytes.indexOf("\r\n", Math.max(0, searched - 1));
  const isText = first > 0x20 && first < 0x7f;
  if (isText && end === -1) return false;
  if (isText && firstLine.test(bytes.toString("latin1", 0, end))) return true;
  throw new Refusal(400, "request-invalid", "the first line is not valid HTTP/1.1");
}

/** The index of the CRLF CRLF. Lines that end before `searched` were looked at. */
function findHeadEnd(bytes: Buffer, searched: number): number | undefined {
  for (let from = searched; ;) {
    const at = bytes.indexOf(lineFeed, from);
    if (at === -1) return undefined;
    if (at === 0 || bytes[at - 1] !== carriageReturn) {
      throw new Refusal(400, "request-invalid", "a line ends with LF alone");
    }
    if (at >= 3 && bytes[at - 2] === lineFeed) return at - 3;
    if (at === 1) throw new Refusal(400, "request-invalid", "an empty line stands before the head");
    from = at + 1;
  }
}

function headTooLarge(maxBytes: number): Refusal {
  return new Refusal(431, "request-invalid", `the message head is larger than ${maxBytes} bytes`);
}

/** Bytes that come in pieces and are needed as a whole after each; however small the pieces are, each byte is copied a few times. */
class GrowingBytes {
  #buffer: Buffer;
  #length: number;

  constructor(first: Buffer) {
    this.#buffer = first;
    this.#length = first.length;
  }

  /** All bytes so far: a view that is good until the next piece. */
  add(piece: Buffer): Buffer {
    const length = this.#length + piece.length;
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(2 * length);
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    piece.copy(this.#buffer, this.#length);
    this.#length = length;
    return this.#buffer.subarray(0, length);
  }
}
