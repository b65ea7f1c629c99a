import { randomInt } from "node:crypto";

/** What a placeholder looks like, so that a client's own validation accepts it; `PlaceholderShape` of presets/. */
export interface PlaceholderForm {
  readonly prefix: string;
  /** Length of the part between prefix and suffix */
  readonly length: number;
  readonly alphabet: "alphanumeric" | "hex" | "base64url" | "digits";
  readonly suffix?: string;
}

/** Randomness of every placeholder, in bits: two of them never meet, and nobody guesses one. */
export const placeholderEntropyBits = 96;

const digits = "0123456789";
const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const alphabets = {
  alphanumeric: { characters: `${letters}${digits}`, mark: "VbxPh" },
  base64url: { characters: `${letters}${digits}-_`, mark: "VbxPh" },
  hex: { characters: `${digits}abcdef`, mark: "5b0c5b0c" },
  digits: { characters: digits, mark: "5070507050" },
} as const;

const marks = [...new Set(Object.values(alphabets).map(({ mark }) => mark))];

/**
 * A new placeholder: prefix, a mark that names it as ours, random characters, suffix.
 * @throws RangeError when the form leaves no room for the mark and `placeholderEntropyBits`
 */
export function createPlaceholder(form: PlaceholderForm): string {
  const shortest = minimumLength(form.alphabet);
  if (form.length < shortest) {
    throw new RangeError(`a placeholder of ${form.alphabet} needs ${shortest} characters or more`);
  }
  const { characters, mark } = alphabets[form.alphabet];
  let random = "";
  for (let left = form.length - mark.length; left > 0; left--) {
    random += characters.charAt(randomInt(characters.length));
  }
  return `${form.prefix}${mark}${random}${form.suffix ?? ""}`;
}

/** The smallest `length` that a form of this alphabet may have. */
export function minimumLength(alphabet: PlaceholderForm["alphabet"]): number {
  const { characters, mark } = alphabets[alphabet];
  return mark.length + Math.ceil(placeholderEntropyBits / Math.log2(characters.length));
}

/** Whether a text holds something that `createPlaceholder` may have made, in this session or another: a hint, no proof. */
export function looksLikePlaceholder(text: string): boolean {
  return marks.some((mark) => text.includes(mark));
}
