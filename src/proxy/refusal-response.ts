import { toPrintable } from "../printable.ts";
import { statusLine } from "./http1/serialize.ts";
import type { Refusal } from "./refusal.ts";

/**
 * The proxy's own answer, always the last on its connection: status, reason code, and two lines of text: what was
 * refused and why, then what the human can run on the host. It holds nothing but the refusal's own texts.
 */
export function refusalResponse(refusal: Refusal, options: { withBody: boolean }): string {
  const lines = [`vaultbox: ${toPrintable(refusal.message)}`];
  if (refusal.remedy !== undefined) {
    lines.push(`to allow it, the user can run on the host: ${toPrintable(refusal.remedy)}`);
  }
  const body = `${lines.join("\n")}\n`;
  return (
    statusLine(refusal.status) +
    `X-Vaultbox-Refusal: ${refusal.reason}\r\n` +
    "Content-Type: text/plain; charset=utf-8\r\n" +
    `Content-Length: ${Buffer.byteLength(body)}\r\n` +
    "Cache-Control: no-store\r\n" +
    "Connection: close\r\n\r\n" +
    (options.withBody ? body : "")
  );
}
