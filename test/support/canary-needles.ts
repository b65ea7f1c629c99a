/** A byte string that gives a canary away, and how it was encoded. */
export interface Needle {
  readonly encoding: string;
  readonly bytes: Buffer;
}

/** Shortest piece of a canary that counts as a leak. */
export const sliceLength = 12;

type Encode = (slice: string) => string | Buffer;

// Each works on a slice alone; base64 doesn't and has its own function
const encodings: Readonly<Record<string, Encode>> = {
  raw: (slice) => slice,
  reversed: (slice) => Array.from(slice).reverse().join(""),
  hex: (slice) => Buffer.from(slice).toString("hex"),
  "hex upper": (slice) => Buffer.from(slice).toString("hex").toUpperCase(),
  "url-encoded": encodeURIComponent,
  "url-encoded fully": (slice) => percent(slice, "hex"),
  "url-encoded fully, upper": (slice) => percent(slice, "upper"),
  "json-escaped": (slice) => JSON.stringify(slice).slice(1, -1),
  "json-escaped fully": (slice) => unicode(slice, "hex"),
  "json-escaped fully, upper": (slice) => unicode(slice, "upper"),
  "utf-16": (slice) => Buffer.from(slice, "utf16le"),
};

/** Every 12-character slice of the canary in every encoding; duplicates keep the first name. */
export function toNeedles(canary: string): readonly Needle[] {
  if (canary.length < sliceLength) {
    throw new Error(`a canary has ${sliceLength} characters at least, this one ${canary.length}`);
  }
  const needles = new Map<string, Needle>();
  const add = (encoding: string, bytes: Buffer): void => {
    const key = bytes.toString("latin1");
    if (!needles.has(key)) needles.set(key, { encoding, bytes });
  };
  for (const [encoding, encode] of Object.entries(encodings)) {
    for (let from = 0; from + sliceLength <= canary.length; from += 1) {
      const encoded = encode(canary.slice(from, from + sliceLength));
      add(encoding, typeof encoded === "string" ? Buffer.from(encoded) : encoded);
    }
  }
  for (const offset of [0, 1, 2]) {
    for (const text of base64Windows(Buffer.from(canary), offset)) {
      add(`base64 at offset ${offset}`, Buffer.from(text));
      add(`base64url at offset ${offset}`, Buffer.from(toUrlAlphabet(text)));
    }
  }
  return [...needles.values()];
}

/** Base64 characters that 12 bytes fix wherever their group begins: 16 at offset 0, 15 at 1 and 2. */
const base64Window = 15;

function base64Windows(bytes: Buffer, offset: number): readonly string[] {
  const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
  const firstStable = offset === 0 ? 0 : offset + 1;
  // A last group of one byte has one stable character, one of two bytes has two
  const stableEnd = Math.floor(((offset + bytes.length) * 8) / 6);
  const windows: string[] = [];
  for (let from = firstStable; from + base64Window <= stableEnd; from += 1) {
    windows.push(encoded.slice(from, from + base64Window));
  }
  return windows;
}

function toUrlAlphabet(text: string): string {
  return text.replaceAll("+", "-").replaceAll("/", "_");
}

function hexBytes(slice: string, letters: "hex" | "upper"): readonly string[] {
  return [...Buffer.from(slice)].map((byte) => {
    const hex = byte.toString(16).padStart(2, "0");
    return letters === "hex" ? hex : hex.toUpperCase();
  });
}

function percent(slice: string, letters: "hex" | "upper"): string {
  return hexBytes(slice, letters)
    .map((hex) => `%${hex}`)
    .join("");
}

function unicode(slice: string, letters: "hex" | "upper"): string {
  return hexBytes(slice, letters)
    .map((hex) => `\\u00${hex}`)
    .join("");
}

/** Where a needle was found. */
export interface NeedleHit {
  readonly encoding: string;
  readonly offset: number;
}

/**
 * Searches for all needles in one pass (Wu and Manber, 1994): three bytes at the end of a window say how far no needle
 * can begin, so most bytes are never looked at. Trees of gigabytes are searched by the e2e tests.
 */
export function createMatcher(needles: readonly Needle[]): (haystack: Buffer) => NeedleHit[] {
  const window = Math.min(...needles.map((needle) => needle.bytes.length));
  const longestShift = window - 2;
  const shifts = new Uint8Array(65_536).fill(longestShift);
  const candidates = new Map<number, Needle[]>();
  for (const needle of needles) {
    for (let end = 2; end < window; end += 1) {
      const block = blockAt(needle.bytes, end);
      const shift = window - 1 - end;
      if (shift < (shifts[block] ?? 0)) shifts[block] = shift;
      if (shift === 0) candidates.set(block, [...(candidates.get(block) ?? []), needle]);
    }
  }
  return (haystack) => {
    const hits: NeedleHit[] = [];
    let end = window - 1;
    while (end < haystack.length) {
      const block = blockAt(haystack, end);
      const shift = shifts[block] ?? 1;
      if (shift > 0) {
        end += shift;
        continue;
      }
      const offset = end - window + 1;
      for (const { bytes, encoding } of candidates.get(block) ?? []) {
        if (haystack.subarray(offset, offset + bytes.length).equals(bytes))
          hits.push({ encoding, offset });
      }
      end += 1;
    }
    return hits;
  };
}

function blockAt(bytes: Buffer, end: number): number {
  const a = bytes[end - 2] ?? 0;
  const b = bytes[end - 1] ?? 0;
  const c = bytes[end] ?? 0;
  return ((a << 8) ^ (b << 4) ^ c) & 0xffff;
}
