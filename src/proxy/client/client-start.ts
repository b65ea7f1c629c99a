// How a client begins: with TLS or without, and with a request's head.
import { ClientAborted } from "../../http/exchange.ts";
import type { ClientSide } from "./client-side.ts";
import { within } from "../deadlines.ts";
import { readHead } from "../../http/http1/read-head.ts";
import { parseRequestHead, requestLine, type Http1Request } from "../../http/http1/request-head.ts";
import { proxyLimits } from "../limits.ts";
import type { ProxyContext } from "../proxy-context.ts";

/** TLS record type of a handshake (RFC 8446, section 5.1): what a ClientHello begins with. */
const tlsHandshake = 0x16;

/** Whether it does, undefined when the connection ended instead. */
export async function beginsWithTls(
  client: ClientSide,
  idleMs: number = proxyLimits.clientIdleMs,
): Promise<boolean | undefined> {
  const first = await awaitFirstByte(client, idleMs);
  return first === undefined ? undefined : first === tlsHandshake;
}

/** The byte that comes next, which stays to be read; undefined when the connection ended instead. */
export async function awaitFirstByte(
  client: ClientSide,
  idleMs: number = proxyLimits.clientIdleMs,
): Promise<number | undefined> {
  within(client.deadline, idleMs);
  client.waiting();
  const first = await client.source.next();
  if (first === undefined) return undefined;
  client.source.unread(first);
  return first[0];
}

/**
 * The head of the next request, undefined when the client ends its side instead.
 * @param parse remembers the last one, on a connection of many requests
 * @throws Refusal 400, 431
 */
export async function readRequestHead(
  { turns }: ProxyContext,
  client: ClientSide,
  parse = parseRequestHead,
): Promise<Http1Request | undefined> {
  within(client.deadline, proxyLimits.clientIdleMs);
  client.waiting();
  const next = client.source.next();
  const first = next instanceof Promise ? await next : next;
  const head = readHead(client.source, first, {
    maxBytes: proxyLimits.requestHeadBytes,
    firstLine: requestLine,
    onBegun: () => within(client.deadline, proxyLimits.requestHeadMs),
    mayFollowEmptyLines: true,
  });
  const text = head instanceof Promise ? await head : head;
  client.busy();
  client.deadline.at = Number.POSITIVE_INFINITY;
  if (text === undefined) return undefined;
  const turn = turns.take();
  if (turn !== undefined) await turn;
  if (client.socket.destroyed) throw new ClientAborted();
  return parse(text);
}
