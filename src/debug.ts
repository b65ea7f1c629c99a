import { writeLine } from "./print.ts";

/** Lines for `VAULTBOX_DEBUG=1`, on stderr. Facts about flow only: never a header value, a body or a secret. */
export function debug(area: string, message: string): void {
  if (process.env["VAULTBOX_DEBUG"] !== "1") return;
  writeLine("stderr", `vaultbox: debug: ${area}: ${message}`);
}
