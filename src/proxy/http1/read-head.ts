import type { ByteSource } from "../byte-source.ts";
import { Refusal } from "../refusal.ts";

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Reads one message head: everything up to the empty line, without it. Resolves undefined at a clean end of input.
 * A line feed without its carriage return is refused as soon as it's seen: parsers disagree about it, and one that
 * waits for a CRLF would hang on it (RFC 9112, section 2.2; llhttp #877).
 * @throws Refusal 400, 431
 */
export async function readHead(
  source: ByteSource,
  options: {
    readonly maxBytes: number;
    /** What the first line must look like; anything else is refused without waiting for the rest */
    readonly firstLine: RegExp;
    readonly onFirstByte?: () => void;
  },
): Promise<string | undefined> {
  let pending: Buffer | undefined;
  let scanned = 0;
  for (;;) {
    const chunk = await source.next();
    if (chunk === undefined) {
      if (pending === undefined) return undefined;
      throw new Refusal(400, "request-invalid", "the message head ended before its empty line");
    }
    if (pending === undefined) options.onFirstByte?.();
    const bytes: Buffer = pending === undefined ? chunk : Buffer.concat([pending, chunk]);
    const end = findHeadEnd(bytes, scanned);
    if (scanned === 0) checkBeginning(bytes, options.firstLine);
    if (end.found) {
      if (end.at > options.maxBytes) throw headTooLarge(options.maxBytes);
      if (end.at + 4 < bytes.length) source.unread(bytes.subarray(end.at + 4));
      return bytes.toString("latin1", 0, end.at);
    }
    if (bytes.length > options.maxBytes) throw headTooLarge(options.maxBytes);
    pending = bytes;
    scanned = end.at;
  }
}

/** Another protocol (TLS in TLS, SSH, SMTP) may never send an empty line: its beginning already tells. */
function checkBeginning(bytes: Buffer, firstLine: RegExp): void {
  const [first = 0] = bytes;
  const end = bytes.indexOf("\r\n");
  const isText = first > 0x20 && first < 0x7f;
  if (isText && (end === -1 || firstLine.test(bytes.toString("latin1", 0, end)))) return;
  throw new Refusal(400, "request-invalid", "the first line is not valid HTTP/1.1");
}

/** The index of the CRLF CRLF, or from where to look on when more bytes are there. */
function findHeadEnd(bytes: Buffer, from: number): { found: boolean; at: number } {
  let lineStart = from;
  for (;;) {
    const at = bytes.indexOf(lineFeed, lineStart);
    if (at === -1) return { found: false, at: lineStart };
    if (at === 0 || bytes[at - 1] !== carriageReturn) {
      throw new Refusal(400, "request-invalid", "a line ends with LF alone");
    }
    if (at >= 3 && bytes[at - 2] === lineFeed) return { found: true, at: at - 3 };
    if (at === 1) throw new Refusal(400, "request-invalid", "an empty line stands before the head");
    lineStart = at + 1;
  }
}

function headTooLarge(maxBytes: number): Refusal {
  return new Refusal(431, "request-invalid", `the message head is larger than ${maxBytes} bytes`);
}
