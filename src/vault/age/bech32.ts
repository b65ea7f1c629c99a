const alphabet = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
const checksumWords = 6;

export interface Bech32 {
  /** In the case that it was written in */
  readonly prefix: string;
  readonly bytes: Uint8Array;
}

/** Reads what BIP 173 calls Bech32, of any length; undefined for a text that isn't as it was written. */
export function decodeBech32(text: string): Bech32 | undefined {
  const lower = text.toLowerCase();
  if (text !== lower && text !== text.toUpperCase()) return undefined;
  const end = text.lastIndexOf("1");
  if (end < 1 || !/^[!-~]+$/.test(text)) return undefined;
  const words = Array.from(lower.slice(end + 1), (letter) => alphabet.indexOf(letter));
  if (words.length < checksumWords || words.includes(-1)) return undefined;
  if (checksum([...spread(lower.slice(0, end)), ...words]) !== 1) return undefined;
  const bytes = toBytes(words.slice(0, -checksumWords));
  return bytes === undefined ? undefined : { prefix: text.slice(0, end), bytes };
}

function spread(prefix: string): number[] {
  const codes = Array.from(prefix, (letter) => letter.charCodeAt(0));
  return [...codes.map((code) => code >> 5), 0, ...codes.map((code) => code & 31)];
}

const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

function checksum(values: readonly number[]): number {
  let sum = 1;
  for (const value of values) {
    const top = sum >> 25;
    sum = ((sum & 0x1ffffff) << 5) ^ value;
    for (const [bit, generator] of generators.entries()) if ((top >> bit) & 1) sum ^= generator;
  }
  return sum;
}

/** Five bits each to eight each; what is left over must be less than five bits, and zero. */
function toBytes(words: readonly number[]): Uint8Array | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let held = 0;
  for (const word of words) {
    held = ((held << 5) | word) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push((held >> bits) & 0xff);
  }
  const rest = held & ((1 << bits) - 1);
  return bits >= 5 || rest !== 0 ? undefined : Uint8Array.from(bytes);
}
