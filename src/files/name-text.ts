import { Buffer, isUtf8 } from "node:buffer";

// File names are bytes, and mostly UTF-8. As text, a byte that is no part of UTF-8 is a lone surrogate, U+DC80 to U+DCFF
// (PEP 383, "surrogateescape"): two names are the same text only when they are the same bytes, and JSON keeps both.

/** Where the bytes that are no UTF-8 are, less the byte */
const escapeBase = 0xdc00;
// eslint-disable-next-line no-control-regex
const written = /[\\\ud800-\udfff]/;

/** The text of a name, a path, or a file with paths in it. */
export function toNameText(bytes: Uint8Array): string {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isUtf8(whole)) return whole.toString("utf8");
  const parts: string[] = [];
  for (let at = 0; at < whole.length;) {
    const lead = whole[at] ?? 0;
    const piece = whole.subarray(at, at + toLength(lead));
    const isText = isUtf8(piece);
    parts.push(isText ? piece.toString("utf8") : String.fromCharCode(escapeBase + lead));
    at += isText ? piece.length : 1;
  }
  return parts.join("");
}

/** Of the character that begins with this byte, in `bytes`. */
function toLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead < 0xe0) return 2;
  return lead < 0xf0 ? 3 : 4;
}

/**
 * What a system call or a hash takes for such a text: the text itself, or its bytes when they are no UTF-8.
 * @throws Error for a surrogate that stands for no byte
 */
export function toNameBytes(text: string): string | Buffer {
  if (isNameUtf8(text)) return text;
  const parts = Array.from(text, (character) => {
    const code = character.charCodeAt(0);
    if (character.length > 1 || code < 0xd800 || code > 0xdfff) return Buffer.from(character);
    if (code < escapeBase + 0x80 || code > escapeBase + 0xff) throw new Error("not a name");
    return Buffer.from([code - escapeBase]);
  });
  return Buffer.concat(parts);
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
