import { headerValues, listMembers, type HeaderField } from "../header-fields.ts";
import type { RequestFraming } from "./request-head.ts";
import type { ResponseFraming, ResponseHead } from "./response-head.ts";

// `import` of node:http reads every export, and two of them load undici: 22 ms of every start
const { STATUS_CODES } = process.getBuiltinModule("node:http");

/** Fields that belong to one connection (RFC 9110, section 7.6.1) or that we write ourselves. */
const ownRequestFields = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  // Of an offer of h2c, which isn't passed on
  "http2-settings",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/**
 * As above for responses. Alt-Svc would only send the client to a port that isn't there; and only a refusal of ours may say
 * that it is one, since agents give its text to their users.
 */
const notForwardedDown = new Set([
  "alt-svc",
  "connection",
  "content-length",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "x-vaultbox-refusal",
]);

export interface UpstreamRequest {
  readonly method: string;
  /** Origin-form target */
  readonly target: string;
  readonly host: string;
  readonly headers: readonly HeaderField[];
  readonly body: RequestFraming;
  readonly expectsContinue: boolean;
  readonly upgrade: "websocket" | undefined;
  /** Set where nothing behind this request may be taken for another one */
  readonly isLast?: boolean;
}

/** Whether a request's field is never copied from anywhere: framing and routing are the proxy's own. */
export function isOwnRequestField(name: string): boolean {
  return ownRequestFields.has(name.toLowerCase());
}

/** The request as we send it: written anew from the model, nothing of the client's framing is copied. */
export function serializeRequest(request: UpstreamRequest): string {
  let text = `${request.method} ${request.target} HTTP/1.1\r\nHost: ${request.host}\r\n`;
  for (const [name, value] of request.headers) {
    if (!isOwnRequestField(name)) text += `${name}: ${value}\r\n`;
  }
  if (request.upgrade === "websocket") text += "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  else if (request.isLast === true) text += "Connection: close\r\n";
  if (request.expectsContinue) text += "Expect: 100-continue\r\n";
  if (request.body.kind === "chunked") text += "Transfer-Encoding: chunked\r\n";
  if (request.body.kind === "length") text += `Content-Length: ${request.body.length}\r\n`;
  return `${text}\r\n`;
}

export interface ClientResponse {
  readonly head: ResponseHead;
  readonly framing: ResponseFraming;
  readonly requestMethod: string;
  /** HTTP version the client spoke */
  readonly clientVersion: "1.0" | "1.1";
  readonly close: boolean;
}

/** The response head as the client gets it. */
export function serializeResponse(response: ClientResponse): string {
  const { head, framing } = response;
  let text = statusLine(head.status, head.phrase);
  const nominated = new Set(listMembers(headerValues(head.headers, "connection")));
  for (const [name, value] of head.headers) {
    const lower = name.toLowerCase();
    if (!notForwardedDown.has(lower) && !nominated.has(lower)) text += `${name}: ${value}\r\n`;
  }
  if (framing.kind === "length") text += `Content-Length: ${framing.length}\r\n`;
  // The length that a GET would have had is information for the client, not framing
  if (framing.kind === "none" && response.requestMethod === "HEAD") {
    const [length] = headerValues(head.headers, "content-length");
    if (length !== undefined) text += `Content-Length: ${length}\r\n`;
  }
  if (isRechunked(response)) text += "Transfer-Encoding: chunked\r\n";
  if (response.close) text += "Connection: close\r\n";
  return `${text}\r\n`;
}

/** Whether the body goes to the client in chunks: its length isn't known, and the client knows chunks. */
export function isRechunked(response: Pick<ClientResponse, "framing" | "clientVersion">): boolean {
  const { kind } = response.framing;
  return (kind === "chunked" || kind === "until-close") && response.clientVersion === "1.1";
}

/** @param phrase printable; some clients show it and nothing else */
export function statusLine(status: number, phrase = phraseOf(status)): string {
  return `HTTP/1.1 ${status} ${phrase}\r\n`;
}

/** The usual phrase for a status. */
export function phraseOf(status: number): string {
  return STATUS_CODES[status] ?? "Status";
}
