/** A canonical path's text as a server sees it; bytes that are no UTF-8 are U+FFFD, which no name in a rule has. */
export function decodeEscapes(text: string): string {
  if (!text.includes("%")) return text;
  const bytes = text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}
