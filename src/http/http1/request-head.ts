// The strict half of the proxy's HTTP/1.1 codec. It is our own because the usual parsers accept or hide what must be
// refused here: HTTP/0.9 with headers, a second Host, chunk extensions, white space in the request line (llhttp #877
// and the probes in test/integration/framing). On doubt: 400 and close.
import { remembered } from "../../base/remembered.ts";
import { wordSet } from "../../base/words.ts";
import { type BodyLength, hasContent } from "../body.ts";
import type { HttpRequest } from "../http-request.ts";
import { Refusal } from "../refusal.ts";
import { parseUpgrade } from "./upgrade.ts";
import { http1Limits } from "./http1-limits.ts";
import { headerValues, listMembers, type HeaderField } from "../header-fields.ts";

/** The head of a request, with what only HTTP/1 says in it. */
export interface Http1Request extends HttpRequest {
  readonly version: "1.0" | "1.1";
  /** The client waits for `100 Continue` before it sends the body */
  readonly expectsContinue: boolean;
  /** Whether the client wants the connection kept */
  readonly keepAlive: boolean;
}

// RFC 9112, section 3: one space each; method is a token, target has no white space or control. Bytes outside ASCII are
// looked at with the target (`parseTarget`)
export const requestLine =
  /^([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,32}) ([\x21-\x7e\x80-\xff]+) HTTP\/1\.([01])$/;
// RFC 9110, section 5.5: no control but tab in a value; obs-text passes. A name is looked at in many ways and
// remembered, so it is short: the longest that is documented has 52 characters
const headerLine =
  /^([!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}):[ \t]*((?:[\x21-\x7e\x80-\xff][\t\x20-\x7e\x80-\xff]*)?)$/;
const contentLength = /^(?:0|[1-9][0-9]{0,14})$/;

/** Header names that `Connection` may nominate: removing any other would let a client strip what others rely on. */
const nominable = wordSet("close http2-settings keep-alive proxy-connection te trailer upgrade");

/** Methods whose requests have no body that a server would read, or none that it may skip as one of HEAD. */
const bodiless = wordSet("CONNECT HEAD TRACE");

/**
 * Parses and validates one request head (text between the start and the empty line, latin1).
 * @throws Refusal 400, 431
 */
export function parseRequestHead(text: string): Http1Request {
  const lines = text.split("\r\n");
  const line = requestLine.exec(lines[0] ?? "");
  if (line === null) throw invalid("the request line is not valid HTTP/1.1");
  const [, method = "", target = "", minor] = line;
  if (target.length > http1Limits.targetBytes) {
    throw new Refusal(
      431,
      "request-invalid",
      `the request target is longer than ${http1Limits.targetBytes} bytes`,
    );
  }
  const headers = parseHeaderLines(lines, 1);
  const version = minor === "1" ? "1.1" : "1.0";
  const connection = listMembers(headerValues(headers, "connection"));
  for (const nominated of connection) {
    if (!nominable.has(nominated)) {
      throw invalid("the Connection header names a header that must not be removed");
    }
  }
  const upgrade = parseUpgrade({ method, version, headers, connection });
  return {
    method,
    target,
    hosts: toHosts(target, version, headers),
    version,
    headers,
    body: toLength(method, version, headers),
    expectsContinue: parseExpect(version, headers),
    takesTrailers:
      connection.includes("te") && listMembers(headerValues(headers, "te")).includes("trailers"),
    upgrade,
    keepAlive: version === "1.1" ? !connection.includes("close") : false,
    notes: [],
  };
}

/** Header lines from `first` on. @throws Refusal 400, 431 */
export function parseHeaderLines(lines: readonly string[], first: number): readonly HeaderField[] {
  if (lines.length - first > http1Limits.headerFields) {
    throw new Refusal(
      431,
      "request-invalid",
      `there are more than ${http1Limits.headerFields} header fields`,
    );
  }
  const headers: HeaderField[] = [];
  for (let index = first; index < lines.length; index++)
    headers.push(parseLine(lines[index] ?? ""));
  return headers;
}

/** Most lines come with every request of a client, and every answer of a server. */
const parseLine = remembered((line): HeaderField => {
  const match = headerLine.exec(line);
  if (match === null) {
    throw invalid(line.includes("\n") ? "a line ends with LF alone" : "a header line is not valid");
  }
  return [match[1] ?? "", trimEnd(match[2] ?? "")];
});

// A loop, since a regular expression with a lazy middle is quadratic on a line of blanks
function trimEnd(value: string): string {
  let end = value.length;
  while (end > 0 && (value[end - 1] === " " || value[end - 1] === "\t")) end--;
  return end === value.length ? value : value.slice(0, end);
}

/** HTTP/1.0 needs no Host where the target is a whole URL. */
function toHosts(
  target: string,
  version: "1.0" | "1.1",
  headers: readonly HeaderField[],
): readonly string[] {
  const hosts = headerValues(headers, "host");
  if (hosts.length > 0 || version === "1.1") return hosts;
  return /^https?:\/\/([^/?#]*)/i.exec(target)?.slice(1) ?? [];
}

function toLength(
  method: string,
  version: "1.0" | "1.1",
  headers: readonly HeaderField[],
): BodyLength {
  const codings = headerValues(headers, "transfer-encoding");
  const lengths = headerValues(headers, "content-length");
  const length = parseFraming(version, codings, lengths);
  if (hasContent(length) && bodiless.has(method)) throw invalid(`a ${method} request has a body`);
  return length;
}

// RFC 9112, section 6.3: both at once, or any doubt about either, is how requests are smuggled
function parseFraming(
  version: "1.0" | "1.1",
  codings: readonly string[],
  lengths: readonly string[],
): BodyLength {
  if (codings.length > 0) {
    if (lengths.length > 0) throw invalid("both Transfer-Encoding and Content-Length are there");
    if (version === "1.0") throw invalid("Transfer-Encoding on an HTTP/1.0 request");
    if (codings.length !== 1 || codings[0]?.toLowerCase() !== "chunked") {
      throw invalid("the Transfer-Encoding is not exactly chunked");
    }
    return "unknown";
  }
  if (lengths.length === 0) return "none";
  const [length = ""] = lengths;
  if (lengths.length !== 1 || !contentLength.test(length)) {
    throw invalid("the Content-Length is not one decimal number");
  }
  return Number(length);
}

function parseExpect(version: "1.0" | "1.1", headers: readonly HeaderField[]): boolean {
  const values = headerValues(headers, "expect");
  if (values.length === 0) return false;
  if (values.length !== 1 || values[0]?.toLowerCase() !== "100-continue") {
    throw invalid("the Expect header is not exactly 100-continue");
  }
  return version === "1.1";
}

function invalid(what: string): Refusal {
  return new Refusal(400, "request-invalid", what);
}
