/** How often a text may have been percent-encoded before we stop looking. */
const maxLayers = 4;

const escapes = /%([0-9a-fA-F]{2})/g;

/** Percent-decodes byte by byte (latin1) until nothing changes; a broken escape stays as it is, so this never throws. */
export function percentDecode(text: string): string {
  let result = text;
  for (let layer = 0; layer < maxLayers && result.includes("%"); layer++) {
    const decoded = result.replace(escapes, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    if (decoded === result) break;
    result = decoded;
  }
  return result;
}

/** A canonical path's text as a server sees it; bytes that are no UTF-8 are U+FFFD, which no name in a rule has. */
export function decodeEscapes(text: string): string {
  if (!text.includes("%")) return text;
  const bytes = text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}
