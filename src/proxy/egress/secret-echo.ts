// A secret that comes back: an upstream that repeats what it was sent, in a redirect, a cookie, a debug header. Of the
// many ways to write it, those are known that servers use by themselves; who means to hide it can (docs/security.md).
import { encodedForms } from "../../base/redact.ts";
import type { HeaderField } from "../../http/header-fields.ts";

/** Letters and digits of a text that is looked for without case and without what stands between. */
const minBareLength = 10;
/** Characters of one that is looked for without case, blanks and quotes; shorter ones are in ordinary texts. */
const minCloseLength = 6;

/** A secret that is longer than twice this is known by its end too: beginnings are alike (`ghp_`, a token's algorithm). */
const endLength = 16;

/** Values that are remembered; then the one that wasn't used for longest is forgotten. */
const maxValues = 256;

/** How often a text may have been encoded before we stop looking. */
const maxLayers = 4;

interface Needles {
  readonly bare: readonly string[];
  readonly close: readonly string[];
}

/** What one session sent of its secrets, and whether a text repeats any of it. */
export class SecretEchoes {
  readonly #needles = new Map<string, Needles>();
  #latest: string | undefined;
  #version = 0;

  /** Another one as soon as something else is searched for. */
  get version(): number {
    return this.#version;
  }

  /** Remembers a secret as it was put on a request: by itself, in the query, or in `Basic`. */
  add(secret: string, headers: readonly HeaderField[]): void {
    if (secret !== this.#latest) {
      this.#remember(encodeURIComponent(secret));
      this.#remember(secret);
    }
    for (const [, value] of headers) {
      const [, token] = /^basic +(\S+)$/i.exec(value) ?? [];
      if (token !== undefined) this.#remember(token);
    }
  }

  /** Whether a text holds one of them: raw, or in an encoding that servers use, also over and over. */
  isIn(text: string): boolean {
    if (this.#needles.size === 0) return false;
    for (const view of viewsOf(text)) if (this.#isInView(view)) return true;
    return false;
  }

  #isInView(view: string): boolean {
    const bare = toBare(view);
    // Few secrets are so short
    let close: string | undefined;
    for (const needles of this.#needles.values()) {
      for (const needle of needles.bare) if (bare.includes(needle)) return true;
      if (needles.close.length === 0) continue;
      close ??= toClose(view);
      for (const needle of needles.close) if (close.includes(needle)) return true;
    }
    return false;
  }

  /**
   * Names and values, and a value that was cut into several.
   * @param secrets what is looked for as it is too, however short
   */
  isInHeaders(headers: readonly HeaderField[], secrets: readonly string[] = []): boolean {
    if (this.#needles.size === 0 && secrets.length === 0) return false;
    let lines = "";
    let values = "";
    for (const [name, value] of headers) {
      lines += `${name}: ${value}\n`;
      values += value;
    }
    for (const secret of secrets) if (lines.includes(secret)) return true;
    return this.isIn(lines + values);
  }

  #remember(value: string): void {
    const needles = this.#needles.get(value) ?? toNeedles(value);
    // What is used again is forgotten last
    this.#needles.delete(value);
    this.#needles.set(value, needles);
    this.#version += 1;
    this.#latest = value;
    const [oldest] = this.#needles.keys();
    if (this.#needles.size > maxValues && oldest !== undefined) this.#needles.delete(oldest);
  }
}

function toNeedles(value: string): Needles {
  const forms = encodedForms(value);
  const all = value.length > 2 * endLength ? [...forms, value.slice(-endLength)] : forms;
  const bare = new Set<string>();
  const close = new Set<string>();
  for (const form of all) {
    const plain = toBare(form);
    if (plain.length >= minBareLength) bare.add(plain);
    else if (form.length >= minCloseLength) close.add(toClose(form));
  }
  return { bare: [...bare], close: [...close] };
}

/** For each byte: the letter or digit that it stands for, in lower case, or 0. */
const bareBytes = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x80 && /[a-z0-9]/i.test(String.fromCharCode(byte))
    ? String.fromCharCode(byte).toLowerCase().charCodeAt(0)
    : 0,
);

/** Room for the text of most heads: every answer is looked at. */
const scratch = Buffer.allocUnsafeSlow(16_384);

/** Letters and digits only, in lower case: neither line breaks nor another base64 alphabet hide it. */
function toBare(text: string): string {
  const bytes = 3 * text.length > scratch.length ? Buffer.from(text, "utf8") : scratch;
  const end = bytes === scratch ? scratch.write(text, "utf8") : bytes.length;
  let length = 0;
  // An index: iterating over a Buffer takes five times as long
  for (let at = 0; at < end; at += 1) {
    const bare = bareBytes[bytes[at] ?? 0] ?? 0;
    if (bare !== 0) bytes[length++] = bare;
  }
  return bytes.toString("latin1", 0, length);
}

/** Without case, blanks and quotes: signs stay, as they are most of a short secret. */
function toClose(text: string): string {
  return text.toLowerCase().replaceAll(/[\s"']/g, "");
}

/** The text, and what it is once decoded, as often as that changes it. */
function* viewsOf(text: string): Generator<string> {
  let view = text;
  yield view;
  for (let layer = 0; layer < maxLayers; layer += 1) {
    const before = view;
    for (const decode of [fromPercent, fromHtml, fromEscapes]) {
      const decoded = decode(view);
      if (decoded !== view) yield decoded;
      view = decoded;
    }
    // By itself only: what looks like it is in many texts that aren't
    const word = fromEncodedWord(view);
    if (word !== view) yield word;
    if (view === before) return;
  }
}

function fromPercent(text: string): string {
  if (!text.includes("%")) return text;
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => toCharacter(hex, 16));
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

function fromHtml(text: string): string {
  if (!text.includes("&")) return text;
  return text
    .replace(/&#x([0-9a-f]{1,6});/gi, (_, hex: string) => toCharacter(hex, 16))
    .replace(/&#([0-9]{1,7});/g, (_, number: string) => toCharacter(number, 10))
    .replace(/&(amp|lt|gt|quot);/gi, (_, name: string) => entities[name.toLowerCase()] ?? "");
}

/** Of JSON, JavaScript, and cookies (octal). */
function fromEscapes(text: string): string {
  if (!text.includes("\\")) return text;
  return text
    .replace(/\\u(?:\{([0-9a-f]{1,6})\}|([0-9a-f]{4}))/gi, (_, braced = "", plain = "") =>
      toCharacter(`${braced}${plain}`, 16),
    )
    .replace(/\\x([0-9a-f]{2})/gi, (_, hex: string) => toCharacter(hex, 16))
    .replace(/\\([0-3][0-7]{2})/g, (_, octal: string) => toCharacter(octal, 8));
}

/** `Q` of RFC 2047. */
function fromEncodedWord(text: string): string {
  if (!text.includes("=?")) return text;
  return text.replace(/=([0-9a-f]{2})/gi, (_, hex: string) => toCharacter(hex, 16));
}

function toCharacter(digits: string, base: number): string {
  const code = Number.parseInt(digits, base);
  return code <= 0x10ffff ? String.fromCodePoint(code) : "";
}
