import { isIP, type Socket } from "node:net";
import { toAuthorityText, type Authority } from "../../http/authority.ts";
import {
  connectAddress,
  ConnectError,
  connectTimeoutMs,
  type OpenSocket,
} from "../client/connect-address.ts";
import { Refusal } from "../../http/refusal.ts";
import { resolveName, type Resolve } from "./resolve.ts";
import { TimeLimitError, withTimeLimit } from "../time-limit.ts";
import type { UpstreamRoots } from "./upstream-roots.ts";
import type { UpstreamProxy } from "./upstream-proxy.ts";
import { secureUpstream } from "./upstream-tls.ts";

/** Longest answer to CONNECT in `bytes` before its empty line. */
const maxAnswerBytes = 16_384;

interface TunnelOptions {
  readonly resolve: Resolve;
  readonly openSocket: OpenSocket;
  readonly roots: UpstreamRoots;
  readonly signal: AbortSignal | undefined;
}

/**
 * Asks the host's own proxy for a tunnel to the authority (RFC 9110 section 9.3.6), for http upstreams too. The proxy's
 * address is the user's setting and isn't classified; its name and credential are in no refusal.
 * @throws Refusal 502 `name-not-resolved`, `upstream-unreachable`, `upstream-tls-failed`; 504 `upstream-timeout`
 */
export async function openProxyTunnel(
  proxy: UpstreamProxy,
  authority: Authority,
  options: TunnelOptions,
): Promise<{ socket: Socket; address: string }> {
  const socket = await connectProxy(proxy, options);
  try {
    await withTimeLimit(requestTunnel(socket, proxy, authority), connectTimeoutMs, options.signal);
  } catch (cause) {
    socket
      .removeAllListeners()
      .on("error", () => undefined)
      .destroy();
    options.signal?.throwIfAborted();
    if (cause instanceof Refusal) throw cause;
    if (cause instanceof TimeLimitError) {
      const what = `this machine's proxy didn't reach "${authority.host}" in time`;
      throw new Refusal(504, "upstream-timeout", what, { cause });
    }
    throw unreachable("it closed the connection", cause);
  }
  return { socket, address: `via ${proxy.host}:${proxy.port}` };
}

async function connectProxy(proxy: UpstreamProxy, options: TunnelOptions): Promise<Socket> {
  const { resolve, roots, signal } = options;
  const kind = proxyKind(proxy.host);
  try {
    const addresses =
      kind === "name" ? await resolveName(proxy.host, resolve, signal) : [proxy.host];
    const { socket } = await connectAddress(addresses, proxy.port, options);
    if (proxy.scheme === "http") return socket;
    return await secureUpstream(socket, { host: proxy.host, kind }, { roots, signal });
  } catch (cause) {
    if (cause instanceof ConnectError) throw unreachable("no connection to it", cause);
    if (!(cause instanceof Refusal)) throw cause;
    // Said without the proxy's name, which is nobody's business in the sandbox
    throw new Refusal(502, cause.reason, "this machine's own proxy can't be used", { cause });
  }
}

function proxyKind(host: string): Authority["kind"] {
  const version = isIP(host);
  return version === 0 ? "name" : version === 6 ? "ipv6" : "ipv4";
}

async function requestTunnel(
  socket: Socket,
  proxy: UpstreamProxy,
  authority: Authority,
): Promise<void> {
  const target = toAuthorityText(authority);
  const authorization =
    proxy.authorization === undefined
      ? ""
      : `Proxy-Authorization: ${proxy.authorization.reveal()}\r\n`;
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${authorization}\r\n`);
  const { head, isFollowed } = await readAnswer(socket);
  const status = /^HTTP\/1\.[01] ([0-9]{3})(?: |\r|$)/.exec(head)?.[1];
  if (status?.startsWith("2")) {
    // In a tunnel to a web server the client speaks first
    if (isFollowed) throw unreachable("it sent bytes behind its answer");
    return;
  }
  if (status === undefined) throw unreachable("its answer to CONNECT is not HTTP");
  if (status === "407") throw unreachable("it wants other credentials (407)");
  throw unreachable(`it refused the tunnel to "${authority.host}" (${status})`);
}

/** The head of the proxy's answer, and whether anything came behind it: a refusal mostly has a page. */
function readAnswer(socket: Socket): Promise<{ head: string; isFollowed: boolean }> {
  const { promise, resolve, reject } = Promise.withResolvers<{
    head: string;
    isFollowed: boolean;
  }>();
  let received = "";
  // `readable` and not `data`: without its listener the socket is back in the state a new owner expects
  const onReadable = (): void => {
    for (let chunk: Buffer | null; (chunk = socket.read() as Buffer | null) !== null;) {
      received += chunk.toString("latin1");
    }
    const end = received.indexOf("\r\n\r\n");
    if (end === -1 && received.length <= maxAnswerBytes) return;
    const head = received.slice(0, end);
    socket.off("readable", onReadable).off("error", reject).off("close", onClose);
    if (end === -1) reject(unreachable("its answer to CONNECT has no end"));
    else resolve({ head, isFollowed: received.length > end + 4 });
  };
  const onClose = (): void => reject(new Error("closed before the answer to CONNECT"));
  socket.on("readable", onReadable).once("error", reject).once("close", onClose);
  return promise;
}

function unreachable(why: string, cause?: unknown): Refusal {
  return new Refusal(502, "upstream-unreachable", `this machine's own proxy failed: ${why}`, {
    ...(cause !== undefined && { cause }),
  });
}
