// One connection from the sandbox. Its service tells how it begins; CONNECT and absolute form make it a forward proxy, a
// Host header or an SNI without either a transparent one. Inside of a tunnel the first byte tells TLS from HTTP.
import type { Duplex } from "node:stream";
import type { Authority } from "../../http/authority.ts";
import { debug } from "../../base/debug.ts";
import { rememberingLast } from "../../base/remembered.ts";
import { ByteSource } from "../byte-source.ts";
import { type ClientSide, finish } from "./client-side.ts";
import { awaitFirstByte, beginsWithTls, readRequestHead } from "./client-start.ts";
import { serveInside } from "./client-tls.ts";
import { type Http1Request, parseRequestHead } from "../../http/http1/request-head.ts";
import { interceptTls } from "./intercept-tls.ts";
import type { ProxyContext } from "../proxy-context.ts";
import { type AskedTunnel, type DeniedTunnel, readConnect } from "./read-connect.ts";
import { Refusal } from "../../http/refusal.ts";
import { established, serveRefusedTunnel } from "./refused-tunnel.ts";
import { RequestRecord } from "../egress/request-record.ts";
import { Http1Exchange, refuseOn } from "./http1-exchange.ts";
import { recordRefusal, serveRequest } from "./serve-request.ts";

/** Serves a connection on which nothing was said yet. */
type Serve = (context: ProxyContext, client: ClientSide) => Promise<void>;

/** What clients can connect to; another protocol is a line here, and one in `sandbox/sandbox-network.ts`. */
const services: ReadonlyMap<string, Serve> = new Map<string, Serve>([
  ["proxy", (context, client) => serveHttp(context, client, undefined)],
  ["http", (context, client) => serveHttp(context, client, undefined)],
  ["https", serveHttps],
]);

/** @param service undefined for a connection whose port says nothing of it (`vaultbox proxy`): HTTP or TLS */
export function findService(service: string | undefined): Serve | undefined {
  return service === undefined ? serveEither : services.get(service);
}

/** Serves a connection until it ends; never rejects. */
export async function serveConnection(
  context: ProxyContext,
  socket: Duplex,
  serve: Serve,
): Promise<void> {
  const deadline = context.deadlines.add(() => socket.destroy());
  const client: ClientSide = {
    socket,
    source: new ByteSource(socket, context.readAhead),
    deadline,
    waiting: () => context.slots.waiting(socket),
    busy: () => context.slots.busy(socket),
  };
  try {
    await serve(context, client);
  } catch (error) {
    // The client is gone: whatever had begun is already in the audit
    debug("proxy", `a connection ended: ${error instanceof Error ? error.message : String(error)}`);
    socket.destroy();
  } finally {
    context.deadlines.delete(deadline);
  }
}

async function serveHttps(context: ProxyContext, client: ClientSide): Promise<void> {
  // A client that says nothing yet isn't late with its handshake, and makes room for others
  if ((await awaitFirstByte(client)) === undefined) return finish(client);
  return serveTls(context, client, undefined);
}

async function serveEither(context: ProxyContext, client: ClientSide): Promise<void> {
  const isTls = await beginsWithTls(client);
  if (isTls === undefined) return finish(client);
  if (isTls) return serveTls(context, client, undefined);
  return serveHttp(context, client, undefined);
}

/**
 * Requests in plain text, one after the other.
 * @param tunnel the authority they are for, undefined on an open connection
 */
async function serveHttp(
  context: ProxyContext,
  client: ClientSide,
  tunnel: Authority | undefined,
): Promise<void> {
  // Many clients ask the same again
  const parse = rememberingLast(parseRequestHead);
  for (;;) {
    let head: Http1Request | Refusal | undefined;
    try {
      head = await readRequestHead(context, client, parse);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      head = error;
    }
    if (head === undefined) return finish(client);
    // It takes its number when there is something to record, not when a kept connection waits for a request
    const record = new RequestRecord(context.recorder, context.nextRequest());
    if (head instanceof Refusal) return refuse(context, client, record, head);
    if (head.method === "CONNECT" && tunnel === undefined) {
      return serveConnect(context, client, { head, record });
    }
    const exchange = new Http1Exchange(client, head);
    await serveRequest(context, exchange, { tunnel, record });
    exchange.body.release();
    if (!exchange.keeps) return finish(client);
  }
}

/** A CONNECT: the tunnel's end is ours, also where it's only open to say why it is refused. */
async function serveConnect(
  context: ProxyContext,
  client: ClientSide,
  { head, record }: { head: Http1Request; record: RequestRecord },
): Promise<void> {
  let tunnel: AskedTunnel;
  try {
    tunnel = readConnect(context, client, { head, record });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refuse(context, client, record, error);
  }
  if (tunnel.verdict === "deny") return refuseTunnel(context, client, tunnel, record);
  const { authority } = tunnel;
  client.socket.write(established, "latin1");
  const isTls = await beginsWithTls(client);
  if (isTls === undefined) return finish(client);
  if (isTls) return serveTls(context, client, authority);
  return serveHttp(context, client, { ...authority, scheme: "http" });
}

/** Says why inside of the tunnel; where there are too many of them, in the answer to the CONNECT. */
async function refuseTunnel(
  context: ProxyContext,
  client: ClientSide,
  tunnel: DeniedTunnel,
  record: RequestRecord,
): Promise<void> {
  const place = context.refusedTunnels.enter();
  if (place === undefined) return refuse(context, client, record, tunnel.refusal);
  await serveRefusedTunnel(context, client, { ...tunnel, record, place });
}

/** Takes the client's TLS apart and serves what is inside. */
async function serveTls(
  context: ProxyContext,
  client: ClientSide,
  connect: Authority | undefined,
): Promise<void> {
  const intercepted = await interceptTls(context, client, connect);
  if (intercepted === undefined) return;
  const { socket, authority } = intercepted;
  await serveInside(context, client, socket, (inner) => serveHttp(context, inner, authority));
}

async function refuse(
  context: ProxyContext,
  client: ClientSide,
  record: RequestRecord,
  refusal: Refusal,
): Promise<void> {
  const { head, body } = await recordRefusal(context, record, { refusal, format: "text" });
  refuseOn(client, head, body);
  return finish(client);
}
