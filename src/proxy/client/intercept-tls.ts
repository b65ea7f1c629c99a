import type { SecureContext, TLSSocket } from "node:tls";
import { decideTunnel } from "../../policy/decide.ts";
import { type Authority, parseServerName } from "../../http/authority.ts";
import type { ClientSide } from "./client-side.ts";
import { endTls } from "./client-tls.ts";
import type { ProxyContext } from "../proxy-context.ts";
import { Refusal } from "../../http/refusal.ts";
import { AuthorityMismatch } from "../../http/incoming-request.ts";
import { RequestRecord } from "../egress/request-record.ts";

export interface InterceptedTls {
  readonly socket: TLSSocket;
  /** What the client asked for: the CONNECT target, or the SNI with port 443 */
  readonly authority: Authority;
}

/**
 * Ends the client's TLS with a certificate of the session's CA. An SNI that differs from the CONNECT target is refused.
 * Resolves undefined when there is no connection to serve; that is in the audit then.
 */
export async function interceptTls(
  context: ProxyContext,
  client: ClientSide,
  connect: Authority | undefined,
): Promise<InterceptedTls | undefined> {
  const hello = new Hello(context, connect);
  const { socket, isSecure } = await endTls(client, {
    first:
      connect === undefined ? context.ca.baseContext : context.ca.secureContextFor(connect.host),
    forName: (name) => hello.contextFor(name),
  });
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

  /** The certificate for an SNI. @throws Refusal */
  contextFor(name: string): SecureContext {
    try {
      return this.#contextFor(name);
    } catch (error) {
      this.#refusal =
        error instanceof Refusal
          ? error
          : new Refusal(502, "internal-error", "no certificate", { cause: error });
      throw this.#refusal;
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
    const { ca, deciders } = this.#context;
    const host = this.#name(name);
    const isRefused =
      this.#connect === undefined &&
      decideTunnel(deciders.policy, { host, port: 443 }).verdict === "deny";
    return isRefused ? ca.refusedContextFor(host) : ca.secureContextFor(host);
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
    record.note({
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
