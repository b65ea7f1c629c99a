/** GitHub's clients write `token` where RFC 6750 §2.1 has `Bearer`; both name the same thing. */
const bearerPattern = /^(?:bearer|token)[ \t]+([^ \t,]+)$/i;

/** The token of `Bearer TOKEN` or `token TOKEN`. */
export function detectBearer(value: string): string | undefined {
  return bearerPattern.exec(value)?.[1];
}

export function applyBearer(secret: string): string {
  return `Bearer ${secret}`;
}
