// How HTTP/1 opens a WebSocket (RFC 6455, section 4): with an upgrade of the connection, and a key that the answer must know.
import { createHash } from "node:crypto";
import type { HttpResponse } from "../exchange.ts";
import type { Http1Response } from "./response-head.ts";
import { headerValues, listMembers, type HeaderField } from "../header-fields.ts";
import { Refusal } from "../refusal.ts";

/** RFC 6455, section 1.3. */
const acceptGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** What the client may see of the handshake's answer, beside what proves it. */
const negotiated: ReadonlySet<string> = new Set([
  "sec-websocket-protocol",
  "sec-websocket-extensions",
]);

/**
 * Whether a request opens one. Any other upgrade would turn the connection into bytes that no rule sees: such an offer isn't
 * passed on, and the request is served without it (RFC 9110, section 7.8: a server may ignore it).
 * @throws Refusal 400 for a handshake that isn't whole
 */
export function parseUpgrade(request: {
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
  if (isComplete) return "websocket";
  throw new Refusal(400, "request-invalid", "the websocket handshake is not valid");
}

/**
 * The answer to a handshake, with what the client may see of it.
 * @param sent headers of the request
 * @throws Refusal 502 `upstream-invalid` when it isn't one to this handshake
 */
export function readUpgradeAnswer(
  sent: readonly HeaderField[],
  { status, fields }: Pick<Http1Response, "status" | "fields">,
): HttpResponse {
  const isAnswer =
    headerValues(fields, "sec-websocket-accept").join() === toAccept(sent) &&
    headerValues(fields, "upgrade").join().toLowerCase() === "websocket" &&
    listMembers(headerValues(fields, "connection")).includes("upgrade");
  if (!isAnswer) {
    throw new Refusal(502, "upstream-invalid", "the upstream's websocket handshake is not valid");
  }
  return { status, headers: fields.filter(([name]) => negotiated.has(name.toLowerCase())) };
}

/**
 * The fields that say yes to a client.
 * @param sent headers of its request
 */
export function toUpgradeHeaders(sent: readonly HeaderField[]): readonly HeaderField[] {
  return [
    ["Connection", "Upgrade"],
    ["Upgrade", "websocket"],
    ["Sec-WebSocket-Accept", toAccept(sent)],
  ];
}

function toAccept(sent: readonly HeaderField[]): string {
  const [key = ""] = headerValues(sent, "sec-websocket-key");
  return createHash("sha1")
    .update(key + acceptGuid)
    .digest("base64");
}
