import { remembered } from "../../base/remembered.ts";
import { headerValues, isOwnRequestField, type HeaderField } from "../header-fields.ts";
import type { BodyLength } from "../body.ts";
import type { HttpResponse } from "../exchange.ts";
import type { HttpRequest } from "../http-request.ts";
import type { Http1Request } from "./request-head.ts";
import { toUpgradeHeaders } from "./upgrade.ts";

// `import` of node:http reads every export, and two of them load undici: 22 ms of every start
const { STATUS_CODES } = process.getBuiltinModule("node:http");

export interface SentRequest {
  readonly method: string;
  /** Origin-form target */
  readonly target: string;
  readonly host: string;
  readonly headers: readonly HeaderField[];
  readonly body: BodyLength;
  readonly expectsContinue: boolean;
  readonly upgrade: HttpRequest["upgrade"];
  readonly takesTrailers?: boolean;
  /** Set where nothing behind this request may be taken for another one */
  readonly isLast?: boolean;
}

/** The request as we send it: written anew from the model, nothing of the client's framing is copied. */
export function serializeRequest(request: SentRequest): string {
  let text = `${request.method} ${request.target} HTTP/1.1\r\nHost: ${request.host}\r\n`;
  for (const [name, value] of request.headers) {
    if (!isOwnRequestField(name)) text += `${name}: ${value}\r\n`;
  }
  if (request.upgrade !== undefined)
    text += `Connection: Upgrade\r\nUpgrade: ${request.upgrade}\r\n`;
  else if (request.isLast === true) text += "Connection: close\r\n";
  if (request.takesTrailers === true) text += "Connection: TE\r\nTE: trailers\r\n";
  if (request.expectsContinue) text += "Expect: 100-continue\r\n";
  if (request.body === "unknown") text += "Transfer-Encoding: chunked\r\n";
  else if (request.body !== "none") text += `Content-Length: ${request.body}\r\n`;
  return `${text}\r\n`;
}

/** Written from what is known of the answer, and never copied. */
const isFraming = remembered((name) =>
  /^(?:connection|content-length|transfer-encoding)$/i.test(name),
);

/** A response, and the request that it answers. */
export interface SentResponse {
  readonly head: HttpResponse;
  readonly length: BodyLength;
  readonly request: Pick<Http1Request, "method" | "version">;
  /** Whether it's the last on its connection */
  readonly close: boolean;
}

/** The response head as the client gets it. */
export function serializeResponse(response: SentResponse): string {
  const { head, length, request } = response;
  let text = statusLine(head.status, head.phrase);
  for (const [name, value] of head.headers) {
    if (!isFraming(name)) text += `${name}: ${value}\r\n`;
  }
  if (typeof length === "number") text += `Content-Length: ${length}\r\n`;
  // The length that a GET would have had is information for the client, not framing
  if (length === "none" && request.method === "HEAD") {
    const [told] = headerValues(head.headers, "content-length");
    if (told !== undefined) text += `Content-Length: ${told}\r\n`;
  }
  if (isChunkedResponse(response)) text += "Transfer-Encoding: chunked\r\n";
  if (response.close) text += "Connection: close\r\n";
  return `${text}\r\n`;
}

/** Whether the body goes to the client in chunks: its length isn't known, and the client knows chunks. */
export function isChunkedResponse({
  length,
  request,
}: Pick<SentResponse, "length" | "request">): boolean {
  return length === "unknown" && request.version === "1.1";
}

/** An answer of the proxy's own as a whole, the last on its connection. */
export function serializeOwnResponse(
  { status, phrase, headers }: HttpResponse,
  body: string,
): string {
  let text = statusLine(status, phrase);
  for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
  return `${text}Connection: close\r\n\r\n${body}`;
}

/**
 * The answer that agrees to an upgrade.
 * @param sent headers of the request
 */
export function serializeUpgrade(sent: readonly HeaderField[], { headers }: HttpResponse): string {
  let text = statusLine(101);
  for (const [name, value] of [...toUpgradeHeaders(sent), ...headers]) {
    text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}

/** @param phrase printable; some clients show it and nothing else */
function statusLine(status: number, phrase = phraseOf(status)): string {
  return `HTTP/1.1 ${status} ${phrase}\r\n`;
}

/** The usual phrase for a status. */
export function phraseOf(status: number): string {
  return STATUS_CODES[status] ?? "Status";
}
