// Reads an age file (age-encryption.org/v1) with Node's own ciphers. The age package, which writes them, takes 15 MB and a
// tenth of a second to load, and a session that holds a vault reads it at its start and lives long.
import { createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from "node:crypto";
import { tagBytes } from "./file-key.ts";
import { AgeFormatError, type AgeHeader, parseHeader } from "./header.ts";

/** Finds the file key in a header; null when none of its stanzas is for this opener. */
export type FileKeyOpener = (header: AgeHeader) => Uint8Array | null | Promise<Uint8Array | null>;

/** No stanza of the header is for the opener. */
export class NoMatchError extends Error {}

const payloadNonceBytes = 16;
const chunkBytes = 64 * 1024;

/**
 * The whole content, or an error and nothing.
 * @throws NoMatchError, AgeFormatError, or what the opener and Node's ciphers throw for what was changed
 */
export async function openAgeFile(file: Uint8Array, open: FileKeyOpener): Promise<Uint8Array> {
  const header = parseHeader(file);
  const fileKey = await open(header);
  if (fileKey === null) throw new NoMatchError("no stanza is for this key");
  checkMac(header, fileKey);
  return openPayload(file.subarray(header.bytes.length), fileKey);
}

function checkMac({ signed, mac }: AgeHeader, fileKey: Uint8Array): void {
  const expected = createHmac("sha256", deriveKey(fileKey, "", "header"))
    .update(signed)
    .digest();
  if (mac.length !== expected.length || !timingSafeEqual(mac, expected)) {
    throw new AgeFormatError("the header's MAC is another");
  }
}

function openPayload(payload: Uint8Array, fileKey: Uint8Array): Uint8Array {
  const nonce = payload.subarray(0, payloadNonceBytes);
  if (nonce.length !== payloadNonceBytes) throw new AgeFormatError("the payload is cut off");
  const key = deriveKey(fileKey, nonce, "payload");
  const chunks: Uint8Array[] = [];
  for (let offset = payloadNonceBytes; ; offset += chunkBytes + tagBytes) {
    const sealed = payload.subarray(offset, offset + chunkBytes + tagBytes);
    const isLast = offset + sealed.length === payload.length;
    const plain = openChunk(key, toChunkNonce(chunks.length, isLast), sealed);
    if (plain.length === 0 && chunks.length > 0) throw new AgeFormatError("an empty last chunk");
    chunks.push(plain);
    if (isLast) return new Uint8Array(Buffer.concat(chunks));
  }
}

function openChunk(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array {
  if (sealed.length < tagBytes) throw new AgeFormatError("the payload is cut off");
  const decipher = createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: tagBytes });
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  const plain = decipher.update(sealed.subarray(0, -tagBytes));
  decipher.final();
  return plain;
}

/** The chunk's number in 11 bytes, then whether it's the last. */
function toChunkNonce(index: number, isLast: boolean): Uint8Array {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(index, 7);
  nonce.writeUInt8(isLast ? 1 : 0, 11);
  return nonce;
}

function deriveKey(fileKey: Uint8Array, salt: Uint8Array | "", label: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", fileKey, salt, label, 32));
}
