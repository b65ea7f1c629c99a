import { toPrintable } from "./printable.ts";

/** Lines for `VAULTBOX_DEBUG=1`, on stderr. Facts about flow only: never a header value, a body or a secret. */
export function debug(area: string, message: string): void {
  if (process.env["VAULTBOX_DEBUG"] !== "1") return;
  process.stderr.write(`vaultbox: debug: ${area}: ${toPrintable(message)}\n`);
}
