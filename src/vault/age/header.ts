import type { Stanza } from "age-encryption";

/** The text before the payload: for each recipient a stanza, then a MAC under the file key. */
export interface AgeHeader {
  /** How the file key is wrapped for each recipient */
  readonly stanzas: Stanza[];
  /** All of it, its last line break too */
  readonly bytes: Uint8Array;
  /** The part that the MAC is of */
  readonly signed: Uint8Array;
  readonly mac: Uint8Array;
}

/** A file that isn't as age writes it. */
export class AgeFormatError extends Error {}

/** Bytes of a stanza's body in a full line; a shorter line is its last. */
const lineBytes = 48;

/** @throws AgeFormatError */
export function parseHeader(file: Uint8Array): AgeHeader {
  const lines = new Lines(file);
  if (lines.next() !== "age-encryption.org/v1") throw new AgeFormatError("another version");
  const stanzas: Stanza[] = [];
  for (;;) {
    const begin = lines.offset;
    const [mark, ...args] = lines.next().split(" ");
    if (mark === "->") {
      if (args.length === 0 || args.includes("")) throw new AgeFormatError("an empty argument");
      stanzas.push({ args, body: readBody(lines) });
      continue;
    }
    const [mac = ""] = args;
    if (mark !== "---" || args.length !== 1) throw new AgeFormatError("no stanza and no MAC");
    return {
      stanzas,
      bytes: file.subarray(0, lines.offset),
      signed: file.subarray(0, begin + mark.length),
      mac: fromBase64(mac),
    };
  }
}

function readBody(lines: Lines): Uint8Array {
  const parts: Uint8Array[] = [];
  for (;;) {
    const part = fromBase64(lines.next());
    if (part.length > lineBytes) throw new AgeFormatError("a line is too long");
    parts.push(part);
    if (part.length < lineBytes) return new Uint8Array(Buffer.concat(parts));
  }
}

/** Base64 without padding, in its one form. @throws AgeFormatError */
export function fromBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  if (toBase64(bytes) !== text) throw new AgeFormatError("not in Base64's one form");
  return new Uint8Array(bytes);
}

export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64").replace(/=+$/, "");
}

class Lines {
  readonly #file: Uint8Array;
  /** Where the next line begins */
  offset = 0;

  constructor(file: Uint8Array) {
    this.#file = file;
  }

  /** Without its line break, which every line has. @throws AgeFormatError */
  next(): string {
    const end = this.#file.indexOf(0x0a, this.offset);
    if (end === -1) throw new AgeFormatError("the header has no end");
    const line = Buffer.from(this.#file.subarray(this.offset, end)).toString("latin1");
    if (!/^[ -~]*$/.test(line)) throw new AgeFormatError("the header is not printable text");
    this.offset = end + 1;
    return line;
  }
}
