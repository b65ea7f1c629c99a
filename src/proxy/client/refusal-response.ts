import { toPrintable } from "../../base/printable.ts";
import { type HeaderField, headerValues } from "../../http/header-fields.ts";
import type { HttpRequest } from "../../http/http-request.ts";
import type { HttpResponse } from "../../http/exchange.ts";
import { phraseOf } from "../../http/http1/serialize.ts";
import type { Refusal } from "../../http/refusal.ts";

/** How an answer is written, so that the client shows it: most show a body only in the form of their API's errors. */
export type RefusalFormat = keyof typeof formats | "no-body";

interface Format {
  readonly type: string;
  /** What the client looks for */
  readonly header?: HeaderField;
  readonly body: (text: string, reason: string) => string;
}

/** npm and the SDKs show `error`, gh `message`, clients of GraphQL and of image registries `errors`. */
const json: Format = {
  type: "application/json",
  body: (text, reason) => {
    const errors = [{ code: "DENIED", message: text }];
    return JSON.stringify({ error: text, message: text, errors, reason });
  },
};

const formats = {
  text: { type: "text/plain; charset=utf-8", body: (text) => text },
  json,
  // https://distribution.github.io/distribution/spec/api/: without the header docker shows nothing
  registry: { ...json, header: ["Docker-Distribution-Api-Version", "registry/2.0"] },
  // S3 has the two at the top, other services of AWS in Error; each reads its own
  aws: {
    type: "application/xml",
    body: (text, reason) => {
      const error = `<Code>${reason}</Code><Message>${escapeXml(text)}</Message>`;
      return `<ErrorResponse>${error}<Error>${error}</Error></ErrorResponse>`;
    },
  },
} as const satisfies Readonly<Record<string, Format>>;

const registryPath = /^(?:https?:\/\/[^/]*)?\/v2\/(?:$|.+\/(?:manifests|blobs|tags|referrers)\/)/;

/** How the client of a request reads an answer best. */
export function toRefusalFormat({
  method,
  target,
  headers,
}: Pick<HttpRequest, "method" | "target" | "headers">): RefusalFormat {
  if (method === "HEAD") return "no-body";
  if (registryPath.test(target)) return "registry";
  const types = [...headerValues(headers, "accept"), ...headerValues(headers, "content-type")];
  if (types.some((type) => /application\/(?:[\w.+-]+[+-])?json/i.test(type))) return "json";
  const isAws =
    headers.some(([name]) => /^(?:x-amz|amz-sdk)-/i.test(name)) ||
    headerValues(headers, "user-agent").some((agent) => /^(?:aws-|boto)/i.test(agent));
  return isAws ? "aws" : "text";
}

/**
 * The proxy's own answer, always the last on its connection: status, reason code, and two lines of text: what was
 * refused and why, then what the human can run on the host. It holds nothing but the refusal's own texts.
 */
export function refusalResponse(
  refusal: Refusal,
  format: RefusalFormat,
): { readonly head: HttpResponse; readonly body: string } {
  const { status, reason, remedy, remedyWhen } = refusal;
  const lines = [`vaultbox: ${toPrintable(refusal.message)}`];
  if (remedy !== undefined) {
    const when = remedyWhen === undefined ? "" : `${remedyWhen}, `;
    lines.push(`to allow it, ${when}the user can run on the host: ${toPrintable(remedy)}`);
  }
  const written: Format = formats[format === "no-body" ? "text" : format];
  const body = `${written.body(lines.join("\n"), reason)}\n`;
  return {
    head: {
      status,
      // pip for a file, apt and cargo print the reason phrase and no body
      phrase: `${phraseOf(status)} (vaultbox: ${reason})`,
      headers: [
        ["X-Vaultbox-Refusal", reason],
        ["Content-Type", written.type],
        ...(written.header === undefined ? [] : [written.header]),
        ["Content-Length", String(Buffer.byteLength(body))],
        ["Cache-Control", "no-store"],
      ],
    },
    body: format === "no-body" ? "" : body,
  };
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
