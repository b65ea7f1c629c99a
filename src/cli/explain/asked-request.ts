import { VaultboxError } from "../../base/errors.ts";
import { type Authority, parseAuthority, toAuthorityText } from "../../http/authority.ts";
import type { HttpRequest } from "../../http/http-request.ts";
import { parseRequestHead } from "../../http/http1/request-head.ts";
import { type IncomingRequest, parseIncomingRequest } from "../../http/incoming-request.ts";
import { Refusal } from "../../http/refusal.ts";
import { parseTarget } from "../../http/target.ts";

/** A request as the user writes it. */
export interface WantedRequest {
  readonly method: string;
  readonly url: string;
  /** `Name: value` */
  readonly headers: readonly string[];
}

/**
 * Reads a request with the proxy's own parsers, as if it came through a tunnel to its host; `wss://` asks for a WebSocket.
 * @throws VaultboxError VBX_USAGE for what the proxy would refuse as invalid
 */
export function parseAskedRequest({ method, url, headers }: WantedRequest): IncomingRequest {
  if (!/^[A-Z][A-Z-]*$/.test(method) || method === "CONNECT") {
    throw new VaultboxError("VBX_USAGE", `invalid method "${method}": write it in upper case`);
  }
  try {
    const isWebSocket = /^wss?:/i.test(url);
    const { scheme, authorityText, rawPath, query } = parseTarget(
      method,
      toBytes(url.replace(/^ws(s?):/i, "http$1:")),
    );
    if (scheme === undefined || authorityText === undefined) {
      throw new VaultboxError("VBX_USAGE", `invalid URL "${url}": write it whole, with https://`);
    }
    const tunnel = parseAuthority(authorityText, scheme, scheme === "https" ? 443 : 80);
    const line = `${method} ${rawPath}${query} HTTP/1.1`;
    const sent = isWebSocket ? [...headers, ...webSocketHeaders] : headers;
    return parseIncomingRequest(parseHead(line, sent, tunnel), tunnel);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new VaultboxError("VBX_USAGE", error.message, { cause: error });
  }
}

/** RFC 6455 §4.1; the key is the example of §1.2. */
const webSocketHeaders = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/** A line as a client would send it, for the parsers: each character is one byte of UTF-8. */
function toBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function parseHead(line: string, headers: readonly string[], tunnel: Authority): HttpRequest {
  const namesHost = headers.some((header) => /^host:/i.test(header));
  const host = namesHost ? [] : [`Host: ${toAuthorityText(tunnel)}`];
  return parseRequestHead([line, ...host, ...headers].join("\r\n"));
}
