import { once } from "node:events";
import type { Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { ProxyFixture } from "./proxy-fixture.ts";

/** What is needed of a proxy, whatever started it. */
type TunnelEnd = Pick<ProxyFixture, "connect"> & {
  readonly ca: { readonly certificatePem: string };
};

export interface TunnelOptions {
  /** Server name in the ClientHello; default: the authority's host, `none` for no SNI */
  readonly sni?: string;
  readonly alpn?: readonly string[];
}

/** CONNECT, then TLS with the session's CA as the only trust. Rejects when either is refused. */
export async function openTunnel(
  proxy: TunnelEnd,
  authority: string,
  options: TunnelOptions = {},
): Promise<TLSSocket> {
  const socket = await proxy.connect();
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  const answer = await readAnswer(socket);
  if (!answer.startsWith("HTTP/1.1 200 ")) {
    socket.destroy();
    throw new Error(answer);
  }
  return startTls(proxy, socket, { host: authority.replace(/:\d+$/, ""), ...options });
}

/** TLS on a connection of the proxy; `host` is what the certificate is checked for. */
export async function startTls(
  proxy: TunnelEnd,
  socket: Socket,
  options: TunnelOptions & { readonly host: string },
): Promise<TLSSocket> {
  const { host, sni = host, alpn } = options;
  const secure = connectTls({
    socket,
    host,
    ca: proxy.ca.certificatePem,
    ...(sni === "none" ? {} : { servername: sni }),
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    // A test may name another server than the tunnel's; the proxy's answer is what counts
    checkServerIdentity: () => undefined,
  });
  await Promise.race([
    once(secure, "secureConnect"),
    once(secure, "close").then(() => {
      throw new Error("the TLS handshake failed");
    }),
  ]);
  return secure;
}

function readAnswer(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const onData = (chunk: Buffer) => {
      text += chunk.toString("latin1");
      if (!text.includes("\r\n\r\n")) return;
      socket.off("data", onData);
      socket.pause();
      resolve(text);
    };
    socket.on("data", onData);
    socket.once("close", () => reject(new Error(text === "" ? "closed" : text)));
    socket.once("error", reject);
  });
}
