import { Buffer, isUtf8 } from "node:buffer";

// File names are bytes, and mostly UTF-8. As text, a byte that is no part of UTF-8 is a lone surrogate, U+DC80 to U+DCFF
// (PEP 383, "surrogateescape"): two names are the same text only when they are the same bytes, and JSON keeps both.

/** Where the bytes that are no UTF-8 are, less the byte */
const escapeBase = 0xdc00;
/** Not more at once than a regular expression can go back over */
const escapes = /([\udc80-\udcff]{1,4096})/u;
const written = /[\\\ud800-\udfff]/;

/** The text of a name, a path, or a file with paths in it. */
export function toNameText(bytes: Uint8Array): string {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(whole)) return whole.toString("utf8");
  const units = new Uint16Array(whole.length);
  let length = 0;
  for (let at = 0; at < whole.length;) {
    const character = readCharacter(whole, at);
    const { code, size } = character ?? { code: escapeBase + (whole[at] ?? 0), size: 1 };
    at += size;
    if (code <= 0xffff) units[length++] = code;
    else {
      units[length++] = 0xd800 + ((code - 0x10000) >> 10);
      units[length++] = 0xdc00 + ((code - 0x10000) & 0x3ff);
    }
  }
  return Buffer.from(units.buffer, 0, length * 2).toString("utf16le");
}

/** The character that is at a place; undefined when there is no UTF-8 (RFC 3629, section 3). */
function readCharacter(
  bytes: Buffer,
  at: number,
): { readonly code: number; readonly size: number } | undefined {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return { code: lead, size: 1 };
  const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (lead < 0xc2 || lead > 0xf4) return undefined;
  let code = lead & (0x7f >> size);
  for (let next = at + 1; next < at + size; next++) {
    const byte = bytes[next] ?? 0;
    if ((byte & 0xc0) !== 0x80) return undefined;
    code = (code << 6) | (byte & 0x3f);
  }
  const isShortest = code >= (size === 2 ? 0x80 : size === 3 ? 0x800 : 0x10000);
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return isShortest && !isSurrogate && code <= 0x10ffff ? { code, size } : undefined;
}

/**
 * What a system call or a hash takes for such a text: the text itself, or its bytes when they are no UTF-8.
 * @throws Error for a surrogate that stands for no byte
 */
export function toNameBytes(text: string): string | Buffer {
  if (isNameUtf8(text)) return text;
  const pieces = text.split(escapes).map((piece, index) => {
    // The low half of each is the byte
    if (index % 2 === 1) return Buffer.from(piece, "latin1");
    if (!isNameUtf8(piece)) throw new Error("not the text of a name");
    return Buffer.from(piece);
  });
  return Buffer.concat(pieces);
}

/** Whether the bytes of a name are UTF-8; nothing else can be said in JSON or to a container engine. */
export function isNameUtf8(text: string): boolean {
  return text.isWellFormed();
}

/** For reports that any program reads: a byte that is no UTF-8 is `\xNN`, and a backslash `\\`. */
export function toWrittenName(text: string): string {
  if (!written.test(text)) return text;
  return Array.from(text, (character) => {
    if (character === "\\") return String.raw`\\`;
    const code = character.charCodeAt(0);
    if (character.length > 1 || code < 0xd800 || code > 0xdfff) return character;
    return String.raw`\x${(code & 0xff).toString(16).padStart(2, "0")}`;
  }).join("");
}
