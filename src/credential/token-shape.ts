import { issuedToken } from "../base/token-forms.ts";

/** Whether a text holds a token of a known vendor. */
export function holdsVendorToken(text: string): boolean {
  return issuedToken.test(text);
}

/** Long, of the characters that keys are made of, with digits among letters: no word, no number, no address. */
export function looksRandom(text: string): boolean {
  return /^[\w.~+/=:-]{20,}$/.test(text) && /\d/.test(text) && /[A-Za-z]/.test(text);
}
