const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of bytes that are valid UTF-8, a byte order mark included; undefined for others. */
export function parseUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    // TypeError: the bytes are no UTF-8
    return undefined;
  }
}
