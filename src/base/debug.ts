import { writeLine } from "./print.ts";

/** Lines for `VAULTBOX_DEBUG=1`, on stderr. Facts about flow only: never a header value or a body. */
export function debug(area: string, message: string): void {
  if (process.env["VAULTBOX_DEBUG"] !== "1") return;
  writeLine("stderr", `vaultbox: debug: ${area}: ${message}`);
}
