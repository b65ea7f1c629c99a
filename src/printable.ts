// Control characters, C1, bidi overrides, line separators and zero-width joiners: nothing from outside may drive the terminal.
const unprintable =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Text that is safe on a terminal and on one line: what is not printable becomes `\xNN` or `\u{NNNN}`. */
export function toPrintable(text: string): string {
  return text.replace(unprintable, (character) => {
    const unit = character.charCodeAt(0);
    // A byte of a file's name that is no UTF-8 (`files/name-text.ts`)
    const code = unit >= 0xdc80 && unit <= 0xdcff ? unit & 0xff : unit;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
}

/** An outside value for an error message: printable and in double quotes, cut at `maxLength` characters. */
export function quoted(text: string, maxLength = 200): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return `"${toPrintable(cut.replaceAll("\\", "\\\\").replaceAll('"', '\\"'))}"`;
}

/** JSON that is safe on a terminal too: the standard serialiser leaves C1 controls, bidi marks and line separators as they are. */
export function toPrintableJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(unprintable, (character) =>
    // Line breaks come from the indentation only: those in strings are escaped already
    character === "\n" ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
