import { toPrintable } from "../printable.ts";
import { headerValues, type HeaderField } from "./http1/header.ts";
import { phraseOf, statusLine } from "./http1/serialize.ts";
import type { Refusal } from "./refusal.ts";

/** What the answer is sent as. `json` for clients of JSON APIs: npm and the SDKs show its `error`, gh its `message`, and no other body. */
export type RefusalFormat = "text" | "json" | "no-body";

/** How the client of a request reads an answer best. */
export function toRefusalFormat(method: string, headers: readonly HeaderField[]): RefusalFormat {
  if (method === "HEAD") return "no-body";
  const types = [...headerValues(headers, "accept"), ...headerValues(headers, "content-type")];
  return types.some((type) => /application\/(?:[\w.+-]+\+)?json/i.test(type)) ? "json" : "text";
}

/**
 * The proxy's own answer, always the last on its connection: status, reason code, and two lines of text: what was
 * refused and why, then what the human can run on the host. It holds nothing but the refusal's own texts.
 */
export function refusalResponse(refusal: Refusal, format: RefusalFormat): string {
  const lines = [`vaultbox: ${toPrintable(refusal.message)}`];
  if (refusal.remedy !== undefined) {
    const when = refusal.remedyWhen === undefined ? "" : `${refusal.remedyWhen}, `;
    lines.push(`to allow it, ${when}the user can run on the host: ${toPrintable(refusal.remedy)}`);
  }
  const text = lines.join("\n");
  const body =
    format === "json"
      ? `${JSON.stringify({ error: text, message: text, reason: refusal.reason })}\n`
      : `${text}\n`;
  return (
    // pip for a file, apt and cargo print the reason phrase and no body
    statusLine(refusal.status, `${phraseOf(refusal.status)} (vaultbox: ${refusal.reason})`) +
    `X-Vaultbox-Refusal: ${refusal.reason}\r\n` +
    `Content-Type: ${format === "json" ? "application/json" : "text/plain; charset=utf-8"}\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\n` +
    "Cache-Control: no-store\r\n" +
    "Connection: close\r\n\r\n" +
    (format === "no-body" ? "" : body)
  );
}
