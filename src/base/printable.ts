// Controls, formats (bidi marks, zero-width and tag characters), line separators, whatever a font shows nothing for, and
// halves of characters: nothing from outside may drive the terminal, or hide in it (Unicode, UAX #44).
const unprintable = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu;

/** Text that is safe on a terminal and on one line: what is not printable becomes `\xNN` or `\u{NNNN}`. */
export function toPrintable(text: string): string {
  return text.replace(unprintable, (character) => {
    const point = character.codePointAt(0) ?? 0;
    // A byte of a file's name that is no UTF-8 (`base/fs/name-text.ts`)
    const code = point >= 0xdc80 && point <= 0xdcff ? point & 0xff : point;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** An outside value for an error message: printable and in double quotes, cut at `maxLength` characters. */
export function quoted(text: string, maxLength = 200): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return `"${toPrintable(cut.replaceAll("\\", "\\\\").replaceAll('"', '\\"'))}"`;
}

/** A text for people that is cut where it's too long, and says so. */
export function shortened(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  return `${text.slice(0, maxLength)}… (${text.length} characters)`;
}

/** JSON that is safe on a terminal too, and equal when it's parsed: the standard serialiser leaves C1 controls, bidi marks and line separators as they are. */
export function toPrintableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(unprintable, (character) =>
    // Line breaks come from the indentation only: those in strings are escaped already
    character === "\n" ? character : toEscapes(character),
  );
}

const notPlain = /[^\x20-\x7e]/;
const notPlainAll = /[^\x20-\x7e]/g;

/** JSON in printable ASCII, equal when it's parsed. */
export function toAsciiJson(value: unknown): string {
  const json = JSON.stringify(value);
  return notPlain.test(json) ? json.replace(notPlainAll, toEscapes) : json;
}

/** One escape for each of its UTF-16 units: JSON knows no others. */
function toEscapes(character: string): string {
  const units = character.split("");
  return units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}
