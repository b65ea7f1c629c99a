import { remembered } from "../../base/remembered.ts";
import type { BodyLength } from "../body.ts";
import type { HttpResponse } from "../exchange.ts";
import { Refusal } from "../refusal.ts";
import { headerValues, listMembers, toClientFields, type HeaderField } from "../header-fields.ts";
import { parseHeaderLines } from "./request-head.ts";

/** The head of a response, with what only HTTP/1 says in it. */
export interface Http1Response extends HttpResponse {
  readonly version: "1.0" | "1.1";
  /** All of its fields, those of the connection too; `headers` are for the client */
  readonly fields: readonly HeaderField[];
  /** Whether the upstream keeps the connection */
  readonly keepAlive: boolean;
}

/** How a body is delimited: chunks where its length isn't known, else its connection's end. */
export type Framing = BodyLength | "until-close";

export const statusLine = /^HTTP\/1\.([01]) ([1-5][0-9]{2})(?: ([^\0\r\n]*))?$/;

const plainPhrase = /^[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?$/;

/**
 * Parses one response head of an upstream.
 * @throws Refusal 502 `upstream-invalid`
 */
export function parseResponseHead(text: string): Http1Response {
  const lines = text.split("\r\n");
  const { status, phrase, version } = parseStatusLine(lines[0] ?? "");
  const fields = parseResponseFields(lines, 1);
  const connection = listMembers(headerValues(fields, "connection"));
  return {
    status,
    phrase,
    version,
    fields,
    headers: toClientFields(fields, connection),
    keepAlive:
      version === "1.1" ? !connection.includes("close") : connection.includes("keep-alive"),
    notes: [],
  };
}

const parseStatusLine = remembered((text): Pick<Http1Response, "status" | "phrase" | "version"> => {
  const line = statusLine.exec(text);
  if (line === null) throw invalid("its status line is not valid");
  const version = line[1] === "1" ? "1.1" : "1.0";
  return { status: Number(line[2]), phrase: toPlainPhrase(line[3]), version };
});

/** Undefined where it isn't short and plain text: it may carry terminal escapes. */
function toPlainPhrase(written = ""): string | undefined {
  const phrase = written.trim();
  // Only a refusal of ours may say that it's vaultbox's
  return plainPhrase.test(phrase) && !/vaultbox/i.test(phrase) ? phrase : undefined;
}

/** Lines of a response's head, or behind its body. @throws Refusal 502 `upstream-invalid` */
export function parseResponseFields(
  lines: readonly string[],
  first: number,
): readonly HeaderField[] {
  try {
    return parseHeaderLines(lines, first);
  } catch (error) {
    if (error instanceof Refusal) throw invalid(error.message);
    throw error;
  }
}

/**
 * How the body of a final response is delimited (RFC 9112, section 6.3).
 * @throws Refusal 502 `upstream-invalid` where parsers could disagree
 */
export function responseFraming(requestMethod: string, head: Http1Response): Framing {
  const codings = headerValues(head.fields, "transfer-encoding");
  const lengths = headerValues(head.fields, "content-length");
  if (codings.length > 0 && lengths.length > 0) {
    throw invalid("both Transfer-Encoding and Content-Length are there");
  }
  for (const length of lengths) {
    if (length !== lengths[0] || !/^(?:0|[1-9][0-9]{0,14})$/.test(length)) {
      throw invalid("its Content-Length is not one decimal number");
    }
  }
  if (requestMethod === "HEAD" || head.status === 204 || head.status === 304) return "none";
  if (codings.length > 0) {
    if (codings.length !== 1 || codings[0]?.toLowerCase() !== "chunked" || head.version === "1.0") {
      throw invalid("its Transfer-Encoding is not exactly chunked");
    }
    return "unknown";
  }
  const [length] = lengths;
  return length === undefined ? "until-close" : Number(length);
}

function invalid(what: string): Refusal {
  return new Refusal(502, "upstream-invalid", `the upstream's answer is not valid HTTP: ${what}`);
}
