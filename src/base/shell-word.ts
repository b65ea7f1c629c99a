import { Buffer } from "node:buffer";
import { toNameBytes } from "./fs/name-text.ts";
import { toPrintable } from "./printable.ts";

/**
 * A path as one word of a shell's command line, for a hint that can be copied; `$'…'` where it isn't plain text, which fish
 * refuses. Quotes and backslashes stand outside of quotes: within them a backslash is one to sh, and not to fish.
 */
export function toShellWord(path: string): string {
  if (/^[\w./-]+$/.test(path)) return path;
  if (toPrintable(path) === path) return `'${path.replaceAll(/['\\]/g, String.raw`'\$&'`)}'`;
  const characters = Array.from(Buffer.from(toNameBytes(path)), (byte) =>
    byte < 0x20 || byte > 0x7e || byte === 0x27 || byte === 0x5c
      ? `\\${byte.toString(8).padStart(3, "0")}`
      : String.fromCharCode(byte),
  );
  return `$'${characters.join("")}'`;
}

/** A relative path as such a word: no command takes it for a flag. */
export function toPathWord(path: string): string {
  return toShellWord(path.startsWith("-") ? `./${path}` : path);
}
