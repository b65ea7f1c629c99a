import type { Duplex } from "node:stream";
import { TLSSocket, type SecureContext } from "node:tls";
import { ByteSource } from "../byte-source.ts";
import type { ClientSide } from "./client-side.ts";
import { within } from "../deadlines.ts";
import { proxyLimits } from "../limits.ts";
import type { ProxyContext } from "../proxy-context.ts";

/** Which certificate a client's TLS is ended with. */
export interface ServerContexts {
  /** Curves and versions are those of the context that the connection begins with, also where SNI then picks another */
  readonly first: SecureContext;
  /** For the name of the client's SNI; what it throws ends the handshake */
  readonly forName: (name: string) => SecureContext;
}

/**
 * Ends the client's TLS. Only http/1.1 is offered in ALPN, so that every request is read by the one strict parser.
 * @returns the decrypted side, and whether the handshake came to its end
 */
export async function endTls(
  client: ClientSide,
  contexts: ServerContexts,
): Promise<{ readonly socket: TLSSocket; readonly isSecure: boolean }> {
  const rest = client.source.detach();
  if (rest.length > 0) client.socket.unshift(rest);
  within(client.deadline, proxyLimits.tlsHandshakeMs);
  const socket = new TLSSocket(client.socket as never, {
    isServer: true,
    ALPNProtocols: ["http/1.1"],
    // Whatever happens in here ends in `done`: an exception would take the process down
    SNICallback: (name, done) => {
      try {
        done(null, contexts.forName(name));
      } catch (error) {
        done(error instanceof Error ? error : new Error("no certificate"));
      }
    },
    secureContext: contexts.first,
  });
  socket.on("error", () => socket.destroy());
  const isSecure = await handshake(socket);
  client.deadline.at = Number.POSITIVE_INFINITY;
  return { socket, isSecure };
}

/** Serves what is inside of a client's TLS; never rejects. */
export async function serveInside(
  context: ProxyContext,
  client: ClientSide,
  socket: Duplex,
  serve: (inner: ClientSide) => Promise<void>,
): Promise<void> {
  const deadline = context.deadlines.add(() => socket.destroy());
  const source = new ByteSource(socket, context.readAhead);
  try {
    await serve({ ...client, socket, source, deadline });
  } catch {
    // The client is gone: whatever had begun is already in the audit
    socket.destroy();
  } finally {
    context.deadlines.delete(deadline);
  }
}

/** True once the handshake is done, false when the connection ended instead. */
function handshake(socket: TLSSocket): Promise<boolean> {
  return new Promise((resolve) => {
    socket.once("secure", () => resolve(true));
    socket.once("close", () => resolve(false));
  });
}
