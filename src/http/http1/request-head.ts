// The strict half of the proxy's HTTP/1.1 codec. It is our own because the usual parsers accept or hide what must be
// refused here: HTTP/0.9 with headers, a second Host, chunk extensions, white space in the request line (llhttp #877
// and the probes in test/integration/framing). On doubt: 400 and close.
import { Refusal } from "../refusal.ts";
import { http1Limits } from "./http1-limits.ts";
import { headerValues, listMembers, type HeaderField } from "../header-fields.ts";

export interface RequestHead {
  readonly method: string;
  readonly target: string;
  readonly version: "1.0" | "1.1";
  readonly headers: readonly HeaderField[];
  readonly body: RequestFraming;
  /** The client waits for `100 Continue` before it sends the body */
  readonly expectsContinue: boolean;
  readonly upgrade: "websocket" | undefined;
  /** Whether the client wants the connection kept */
  readonly keepAlive: boolean;
}

export type RequestFraming =
  | { readonly kind: "none" }
  | { readonly kind: "length"; readonly length: number }
  | { readonly kind: "chunked" };

/** Whether a body follows the head. */
export function hasContent(framing: RequestFraming): boolean {
  return framing.kind === "chunked" || (framing.kind === "length" && framing.length > 0);
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
const nominable = new Set([
  "close",
  "http2-settings",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "upgrade",
]);

/** Methods whose requests have no body that a server would read, or none that it may skip as one of HEAD. */
const bodiless = new Set(["CONNECT", "HEAD", "TRACE"]);

/**
 * Parses and validates one request head (text between the start and the empty line, latin1).
 * @throws Refusal 400, 431
 */
export function parseRequestHead(text: string): RequestHead {
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
    version,
    headers,
    body: requestFraming(method, version, headers),
    expectsContinue: parseExpect(version, headers),
    upgrade,
    keepAlive: version === "1.1" ? !connection.includes("close") : false,
  };
}

/** Header lines from `first` on; shared with responses and trailers. */
export function parseHeaderLines(lines: readonly string[], first: number): readonly HeaderField[] {
  if (lines.length - first > http1Limits.headerFields) {
    throw new Refusal(
      431,
      "request-invalid",
      `there are more than ${http1Limits.headerFields} header fields`,
    );
  }
  const headers: HeaderField[] = [];
  for (let index = first; index < lines.length; index++) {
    const match = headerLine.exec(lines[index] ?? "");
    if (match === null) throw invalid("a header line is not valid");
    headers.push([match[1] ?? "", trimEnd(match[2] ?? "")]);
  }
  return headers;
}

// A loop, since a regular expression with a lazy middle is quadratic on a line of blanks
function trimEnd(value: string): string {
  let end = value.length;
  while (end > 0 && (value[end - 1] === " " || value[end - 1] === "\t")) end--;
  return end === value.length ? value : value.slice(0, end);
}

function requestFraming(
  method: string,
  version: "1.0" | "1.1",
  headers: readonly HeaderField[],
): RequestFraming {
  const codings = headerValues(headers, "transfer-encoding");
  const lengths = headerValues(headers, "content-length");
  const framing = toFraming(version, codings, lengths);
  const hasBody = framing.kind === "chunked" || (framing.kind === "length" && framing.length > 0);
  if (hasBody && bodiless.has(method)) throw invalid(`a ${method} request has a body`);
  return framing;
}

// RFC 9112, section 6.3: both at once, or any doubt about either, is how requests are smuggled
function toFraming(
  version: "1.0" | "1.1",
  codings: readonly string[],
  lengths: readonly string[],
): RequestFraming {
  if (codings.length > 0) {
    if (lengths.length > 0) throw invalid("both Transfer-Encoding and Content-Length are there");
    if (version === "1.0") throw invalid("Transfer-Encoding on an HTTP/1.0 request");
    if (codings.length !== 1 || codings[0]?.toLowerCase() !== "chunked") {
      throw invalid("the Transfer-Encoding is not exactly chunked");
    }
    return { kind: "chunked" };
  }
  if (lengths.length === 0) return { kind: "none" };
  const [length = ""] = lengths;
  if (lengths.length !== 1 || !contentLength.test(length)) {
    throw invalid("the Content-Length is not one decimal number");
  }
  return { kind: "length", length: Number(length) };
}

function parseExpect(version: "1.0" | "1.1", headers: readonly HeaderField[]): boolean {
  const values = headerValues(headers, "expect");
  if (values.length === 0) return false;
  if (values.length !== 1 || values[0]?.toLowerCase() !== "100-continue") {
    throw invalid("the Expect header is not exactly 100-continue");
  }
  return version === "1.1";
}

/**
 * RFC 6455, section 4.1. Any other upgrade would turn the connection into bytes that no rule sees: such an offer isn't
 * passed on, and the request is served without it (RFC 9110, section 7.8: a server may ignore it).
 */
function parseUpgrade(request: {
  readonly method: string;
  readonly version: "1.0" | "1.1";
  readonly headers: readonly HeaderField[];
  readonly connection: readonly string[];
}): "websocket" | undefined {
  const offers = listMembers(headerValues(request.headers, "upgrade"));
  if (!offers.includes("websocket")) return undefined;
  const key = headerValues(request.headers, "sec-websocket-key");
  const version = headerValues(request.headers, "sec-websocket-version");
  const isComplete =
    request.method === "GET" &&
    request.version === "1.1" &&
    request.connection.includes("upgrade") &&
    key.length === 1 &&
    /^[A-Za-z0-9+/]{22}==$/.test(key[0] ?? "") &&
    version.length === 1 &&
    version[0] === "13";
  if (!isComplete) throw invalid("the websocket handshake is not valid");
  return "websocket";
}

function invalid(what: string): Refusal {
  return new Refusal(400, "request-invalid", what);
}
