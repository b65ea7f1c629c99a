import { createDecipheriv } from "node:crypto";

export const fileKeyBytes = 16;
export const tagBytes = 16;

/** Opens a stanza's body, `fileKeyBytes + tagBytes` of them; null when it was wrapped with another key. */
export function openFileKey(key: Uint8Array, body: Uint8Array): Uint8Array | null {
  // The key is used once, so a fixed nonce is right
  const decipher = createDecipheriv("chacha20-poly1305", key, Buffer.alloc(12), {
    authTagLength: tagBytes,
  });
  decipher.setAuthTag(body.subarray(fileKeyBytes));
  try {
    const plain = decipher.update(body.subarray(0, fileKeyBytes));
    return new Uint8Array(Buffer.concat([plain, decipher.final()]));
  } catch {
    // The tag doesn't fit: another key, which is "no match" in age's terms
    return null;
  }
}
