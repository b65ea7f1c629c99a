import { TLSSocket, type SecureContext } from "node:tls";
import { type Authority, parseServerName } from "./authority.ts";
import type { ClientSide } from "./client-side.ts";
import { within } from "./deadlines.ts";
import { proxyLimits } from "./limits.ts";
import type { ProxyContext } from "./proxy-context.ts";
import { Refusal } from "./refusal.ts";
import { AuthorityMismatch } from "./request-authority.ts";
import { RequestRecord } from "./request-record.ts";

export interface InterceptedTls {
  readonly socket: TLSSocket;
  /** What the client asked for: the CONNECT target, or the SNI with port 443 */
  readonly authority: Authority;
}

/**
 * Ends the client's TLS with a certificate of the session's CA. Only http/1.1 is offered in ALPN, so that every
 * request is read by the one strict parser. An SNI that differs from the CONNECT target is refused.
 * Resolves undefined when there is no connection to serve; that is in the audit then.
 */
export async function interceptTls(
  context: ProxyContext,
  client: ClientSide,
  connect: Authority | undefined,
): Promise<InterceptedTls | undefined> {
  const hello = new Hello(context, connect);
  const rest = client.source.detach();
  if (rest.length > 0) client.socket.unshift(rest);
  within(client.deadline, proxyLimits.tlsHandshakeMs);
  const socket = new TLSSocket(client.socket as never, {
    isServer: true,
    ALPNProtocols: ["http/1.1"],
    SNICallback: (name, done) => hello.answer(name, done),
    // Curves and versions are those of the context that the connection begins with, also where SNI then picks another
    secureContext:
      connect === undefined ? context.ca.baseContext : context.ca.secureContextFor(connect.host),
  });
  socket.on("error", () => socket.destroy());
  const isSecure = await handshake(socket);
  client.deadline.at = Number.POSITIVE_INFINITY;
  if (isSecure) hello.check(serverName(socket));
  const { authority } = hello;
  if (isSecure && authority !== undefined) return { socket, authority };
  socket.destroy();
  await hello.record(isSecure);
  return undefined;
}

/** What the ClientHello named, and what was wrong with it. */
class Hello {
  readonly #context: ProxyContext;
  readonly #connect: Authority | undefined;
  #authority: Authority | undefined;
  #refusal: Refusal | undefined;

  constructor(context: ProxyContext, connect: Authority | undefined) {
    this.#context = context;
    this.#connect = connect;
    this.#authority = connect;
  }

  get authority(): Authority | undefined {
    return this.#refusal === undefined ? this.#authority : undefined;
  }

  /** Node's SNI callback; whatever happens in here ends in `done`: an exception would take the process down. */
  answer(name: string, done: (error: Error | null, context?: SecureContext) => void): void {
    try {
      done(null, this.#contextFor(name));
    } catch (error) {
      this.#refusal =
        error instanceof Refusal
          ? error
          : new Refusal(502, "internal-error", "no certificate", { cause: error });
      done(this.#refusal);
    }
  }

  /** A resumed session (RFC 8446, section 2.2) never asks for a certificate, but it names a server all the same. */
  check(name: string | undefined): void {
    if (name === undefined || this.#refusal !== undefined) return;
    try {
      this.#name(name);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#refusal = error;
    }
  }

  #contextFor(name: string): SecureContext {
    return this.#context.ca.secureContextFor(this.#name(name));
  }

  /** @throws Refusal */
  #name(name: string): string {
    const host = parseServerName(name);
    const connect = this.#connect;
    if (connect !== undefined && connect.host !== host) {
      throw new AuthorityMismatch({ connect: connect.host, sni: host });
    }
    this.#authority = connect ?? { scheme: "https", host, port: 443, kind: "name" };
    return host;
  }

  /** A connection that ended before a request is in the audit when it was refused, not when the client gave up. */
  async record(isSecure: boolean): Promise<void> {
    const refusal =
      this.#refusal ??
      (isSecure || this.#authority === undefined
        ? new Refusal(400, "request-invalid", "the TLS client named no server")
        : undefined);
    if (refusal === undefined) return;
    const record = new RequestRecord(this.#context.recorder, this.#context.nextRequest());
    const host = this.#connect?.host ?? this.#authority?.host ?? "";
    Object.assign(record.facts, {
      method: "TLS",
      scheme: "https",
      host,
      port: this.#connect?.port ?? 443,
    });
    await record.refuse(refusal);
  }
}

/** Undefined when the client sent none. */
function serverName(socket: TLSSocket): string | undefined {
  const { servername } = socket as { servername?: unknown };
  return typeof servername === "string" && servername !== "" ? servername : undefined;
}

/** True once the handshake is done, false when the connection ended instead. */
function handshake(socket: TLSSocket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once("secure", () => resolve(true));
    socket.once("close", () => resolve(false));
  });
}
