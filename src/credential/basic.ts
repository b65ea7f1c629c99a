const basicPattern = /^basic[ \t]+([^ \t,]+)$/i;

/** User name and password of `Basic BASE64` (RFC 7617); base64url is read too. */
export function detectBasic(
  value: string,
): { readonly username: string; readonly password: string } | undefined {
  const encoded = basicPattern.exec(value)?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, "base64").toString("latin1");
  const colon = pair.indexOf(":");
  return colon === -1
    ? { username: pair, password: "" }
    : { username: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

/** RFC 7617 §2.1: UTF-8 */
export function applyBasic(username: string, secret: string): string {
  return `Basic ${Buffer.from(`${username}:${secret}`, "utf8").toString("base64")}`;
}
