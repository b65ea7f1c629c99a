/** The token of a header that holds it alone or behind `prefix`. */
export function detectHeader(value: string, prefix = ""): string {
  return prefix !== "" && value.startsWith(prefix) ? value.slice(prefix.length) : value;
}

export function applyHeader(secret: string, prefix = ""): string {
  return `${prefix}${secret}`;
}
