import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from "node:zlib";

/** Content that was compressed somewhere in a haystack. */
export interface Decoded {
  readonly encoding: string;
  readonly offset: number;
  readonly content: Buffer;
}

/** What a decoder gave, and where it had to stop because the content was too large. */
export interface DecodeResult {
  readonly found: readonly Decoded[];
  readonly tooLarge: readonly number[];
}

/** Largest content that is unpacked in memory, bytes. */
export const maxDecodedBytes = 256 * 1024 * 1024;

interface Format {
  readonly encoding: string;
  readonly decode: (bytes: Buffer) => Buffer;
}

// Cut streams are decoded as far as they go: a capture often ends in the middle of one
const zlibOptions = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: maxDecodedBytes };

const gzip: Format = { encoding: "gzip", decode: (bytes) => gunzipSync(bytes, zlibOptions) };
const deflate: Format = { encoding: "deflate", decode: (bytes) => inflateSync(bytes, zlibOptions) };
const rawDeflate: Format = {
  encoding: "raw deflate",
  decode: (bytes) => inflateRawSync(bytes, zlibOptions),
};
const zstd: Format = {
  encoding: "zstd",
  decode: (bytes) =>
    zstdDecompressSync(bytes, {
      finishFlush: constants.ZSTD_e_flush,
      maxOutputLength: maxDecodedBytes,
    }),
};
const brotli: Format = {
  encoding: "brotli",
  decode: (bytes) =>
    brotliDecompressSync(bytes, {
      finishFlush: constants.BROTLI_OPERATION_FLUSH,
      maxOutputLength: maxDecodedBytes,
    }),
};

const magics: readonly (readonly [Buffer, Format])[] = [
  [Buffer.from([0x1f, 0x8b, 0x08]), gzip],
  [Buffer.from([0x28, 0xb5, 0x2f, 0xfd]), zstd],
  // zlib headers of a 32 KiB window at each compression level
  ...[0x01, 0x5e, 0x9c, 0xda].map((level) => [Buffer.from([0x78, level]), deflate] as const),
];

const headEnd = Buffer.from("\r\n\r\n");
const zipEntry = Buffer.from("PK\u0003\u0004");

/**
 * Unpacks gzip, zstd and zlib streams wherever they begin, zip entries, and brotli and raw deflate (which have no mark)
 * at the start and after every HTTP head.
 */
export function decodeAll(haystack: Buffer): DecodeResult {
  const found: Decoded[] = [];
  const tooLarge: number[] = [];
  const attempt = (format: Format, offset: number): void => {
    try {
      const content = format.decode(haystack.subarray(offset));
      if (content.length > 0) found.push({ encoding: format.encoding, offset, content });
    } catch (error) {
      // Nearly every attempt fails: two bytes that look like a header are common
      if (isTooLarge(error)) tooLarge.push(offset);
    }
  };
  for (const [magic, format] of magics) {
    for (const offset of occurrences(haystack, magic)) attempt(format, offset);
  }
  for (const start of [0, ...occurrences(haystack, headEnd).map((at) => at + headEnd.length)]) {
    attempt(brotli, start);
    attempt(rawDeflate, start);
  }
  for (const start of occurrences(haystack, zipEntry)) {
    const data = zipDataOffset(haystack, start);
    if (data !== undefined) attempt(rawDeflate, data);
  }
  return { found, tooLarge };
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE";
}

function occurrences(haystack: Buffer, needle: Buffer): number[] {
  const found: number[] = [];
  for (let at = haystack.indexOf(needle); at !== -1; at = haystack.indexOf(needle, at + 1)) {
    found.push(at);
  }
  return found;
}

/** Where the data of a zip entry begins (APPNOTE.TXT §4.3.7: 30 bytes, then name and extra field). */
function zipDataOffset(haystack: Buffer, start: number): number | undefined {
  if (start + 30 > haystack.length) return undefined;
  const data = start + 30 + haystack.readUInt16LE(start + 26) + haystack.readUInt16LE(start + 28);
  return data < haystack.length ? data : undefined;
}
