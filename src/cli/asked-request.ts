import { VaultboxError } from "../base/errors.ts";
import type { EgressRequest } from "../policy/policy.ts";
import { type Authority, parseAuthority, toAuthorityText } from "../http/authority.ts";
import { parseRequestHead, type RequestHead } from "../http/http1/request-head.ts";
import { refuseImpossible } from "../http/impossible-request.ts";
import { Refusal } from "../http/refusal.ts";
import { requestAuthority } from "../http/request-authority.ts";
import { readSecondResources } from "../http/second-resource.ts";
import { parseTarget, type RequestTarget } from "../http/target.ts";

/** A request as the user writes it. */
export interface WantedRequest {
  readonly method: string;
  readonly url: string;
  /** `Name: value` */
  readonly headers: readonly string[];
}

/** A request as the proxy's parsers read it. */
export interface AskedRequest {
  readonly request: EgressRequest;
  readonly head: RequestHead;
  readonly authority: Authority;
  readonly target: RequestTarget;
}

/**
 * Reads a request with the proxy's own parsers, as if it came through a tunnel to its host; `wss://` asks for a WebSocket.
 * @throws VaultboxError VBX_USAGE for what the proxy would refuse as invalid
 */
export function parseAskedRequest({ method, url, headers }: WantedRequest): AskedRequest {
  if (!/^[A-Z][A-Z-]*$/.test(method) || method === "CONNECT") {
    throw new VaultboxError("VBX_USAGE", `invalid method "${method}": write it in upper case`);
  }
  try {
    const { scheme, authorityText, rawPath, query } = parseTarget(
      method,
      toBytes(url.replace(/^ws(s?):/i, "http$1:")),
    );
    if (scheme === undefined || authorityText === undefined) {
      throw new VaultboxError("VBX_USAGE", `invalid URL "${url}": write it whole, with https://`);
    }
    const tunnel = parseAuthority(authorityText, scheme, scheme === "https" ? 443 : 80);
    const head = parseHead(`${method} ${rawPath}${query} HTTP/1.1`, headers, tunnel);
    const target = parseTarget(method, head.target);
    const authority = requestAuthority(head, target, tunnel);
    refuseImpossible(head, target, authority);
    const others = readSecondResources({ head, authority, target });
    const { host, port } = authority;
    const websocket = head.upgrade === "websocket" || /^wss?:/i.test(url);
    const { path, readings } = target;
    const asked = { scheme, host, port, method, path, websocket };
    const request = {
      ...asked,
      ...(readings.length === 0 ? {} : { readings }),
      ...(others.length === 0 ? {} : { others }),
    };
    return { request, head, authority, target };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new VaultboxError("VBX_USAGE", error.message, { cause: error });
  }
}

/** A line as a client would send it, for the parsers: each character is one byte of UTF-8. */
function toBytes(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

function parseHead(line: string, headers: readonly string[], tunnel: Authority): RequestHead {
  const namesHost = headers.some((header) => /^host:/i.test(header));
  const host = namesHost ? [] : [`Host: ${toAuthorityText(tunnel)}`];
  return parseRequestHead([line, ...host, ...headers].join("\r\n"));
}
