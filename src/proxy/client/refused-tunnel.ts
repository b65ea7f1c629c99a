// A refused CONNECT is answered with 200 all the same, and its one request with the reason: most clients show nothing of
// an answer to CONNECT, and everything of an answer inside of their TLS. Nothing in here resolves, dials or forwards.
import type { SecureContext } from "node:tls";
import { type ClientSide, finish } from "./client-side.ts";
import { beginsWithTls, readRequestHead } from "./client-start.ts";
import { endTls, serveInside } from "./client-tls.ts";
import { within } from "../deadlines.ts";
import { denied } from "../decide/denial.ts";
import type { HttpRequest } from "../../http/http-request.ts";
import { proxyLimits } from "../limits.ts";
import type { ProxyContext } from "../proxy-context.ts";
import type { DeniedTunnel } from "./read-connect.ts";
import { Refusal } from "../../http/refusal.ts";
import { toRefusalFormat, type RefusalFormat } from "./refusal-response.ts";
import type { RequestRecord } from "../egress/request-record.ts";
import { refuseOn } from "./http1-exchange.ts";
import { recordRefusal } from "./serve-request.ts";
import { strayPlaceholder } from "../decide/stray-placeholder.ts";
import { parseTarget } from "../../http/target.ts";

export const established = "HTTP/1.1 200 Connection Established\r\n\r\n";

interface RefusedTunnel extends DeniedTunnel {
  readonly record: RequestRecord;
  /** Given back once the client has its answer, or is gone */
  readonly place: Disposable;
}

/** A name that a certificate can be made for, whether or not it's valid for a host. */
const looseName = /^[\w.-]{1,253}$/;

/** Serves the tunnel until its end; the refusal is in the audit before the client is answered. */
export async function serveRefusedTunnel(
  context: ProxyContext,
  client: ClientSide,
  tunnel: RefusedTunnel,
): Promise<void> {
  const { record, refusal } = tunnel;
  const whole = context.deadlines.add(() => client.socket.destroy());
  try {
    await record.deny(refusal);
    within(whole, proxyLimits.refusedTunnelMs);
    client.socket.write(established, "latin1");
    const isTls = await beginsWithTls(client, proxyLimits.refusedTunnelMs);
    if (isTls === true) await serveTls(context, client, tunnel);
    else if (isTls === false) await servePlain(context, client, tunnel);
    else await finish(client);
  } finally {
    context.deadlines.delete(whole);
    tunnel.place[Symbol.dispose]();
    await record.refuse(refusal);
  }
}

async function serveTls(
  context: ProxyContext,
  client: ClientSide,
  tunnel: RefusedTunnel,
): Promise<void> {
  const { socket, isSecure } = await endTls(client, {
    first: context.ca.refusedContextFor(tunnel.host),
    forName: (name) => contextForName(context, name, tunnel),
  });
  if (!isSecure) return;
  await serveInside(context, client, socket, async (inner) => {
    const head = await readRequestHead(context, inner).catch(orMalformed);
    if (head === undefined) return finish(inner);
    await answer(context, inner, tunnel, { head, scheme: "https" });
  });
}

/** Plain HTTP gets the reason; another protocol would show nothing of it, and is closed. */
async function servePlain(
  context: ProxyContext,
  client: ClientSide,
  tunnel: RefusedTunnel,
): Promise<void> {
  const head = await readRequestHead(context, client).catch(orMalformed);
  if (head !== undefined && head !== "malformed") {
    await answer(context, client, tunnel, { head, scheme: "http" });
    return;
  }
  await tunnel.record.refuse(tunnel.refusal);
  await finish(client);
}

/** The name is the client's choice, and the certificate is for it: which host was refused is what the CONNECT said. */
function contextForName({ ca }: ProxyContext, name: string, { host }: DeniedTunnel): SecureContext {
  return ca.refusedContextFor(looseName.test(name) ? name.toLowerCase() : host);
}

async function answer(
  context: ProxyContext,
  client: ClientSide,
  tunnel: RefusedTunnel,
  asked: { readonly head: HttpRequest | "malformed"; readonly scheme: "https" | "http" },
): Promise<void> {
  const { record, denial } = tunnel;
  const { head, scheme } = asked;
  let { refusal } = tunnel;
  let format: RefusalFormat = "text";
  if (head !== "malformed") {
    format = toRefusalFormat(head);
    const path = toPath(head);
    const flags = strayPlaceholder(context, head, tunnel.host);
    const { method } = head;
    const websocket = head.upgrade === "websocket";
    record.inside = {
      method,
      scheme,
      path,
      ...(websocket ? { websocket } : {}),
      ...(flags.length === 0 ? {} : { flags }),
    };
    if (denial !== undefined) {
      const authority = { ...denial.authority, scheme };
      refusal = denied(denial.decision, { method, path, websocket }, authority);
    }
  }
  const response = await recordRefusal(context, record, { refusal, format });
  refuseOn(client, response.head, response.body);
  tunnel.place[Symbol.dispose]();
  await finish(client, proxyLimits.refusedTunnelBytes);
}

/** Canonical, and empty where it has no one reading. */
function toPath({ method, target }: HttpRequest): string {
  try {
    return parseTarget(method, target).path;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return "";
  }
}

function orMalformed(error: unknown): "malformed" {
  if (error instanceof Refusal) return "malformed";
  throw error;
}
