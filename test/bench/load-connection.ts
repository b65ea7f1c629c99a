import { once } from "node:events";
import { type Socket, connect as connectTcp } from "node:net";
import { type SecureContext, type TLSSocket, connect as connectTls } from "node:tls";

/** How a target is reached; `direct` is the upstream itself. */
export interface TargetAddress {
  readonly kind: "direct" | "proxy";
  /** A unix socket, or a port of 127.0.0.1 */
  readonly socketPath?: string;
  readonly port?: number;
}

/** One keep-alive connection to a host of the upstream, through the target. The same few lines for every target. */
export interface LoadConnection {
  /** Sends one request and resolves when its response was read */
  readonly send: (
    head: string,
    body?: { readonly block: Buffer; readonly count: number },
  ) => Promise<void>;
  /** Called with every piece of a body, and the time of its arrival is the caller's to take */
  onBody: ((part: Buffer) => void) | undefined;
  /** How often something was read, so far */
  readonly reads: () => number;
  readonly isClosed: () => boolean;
  readonly close: () => void;
}

/** Longest wait for one response, ms; a target that stalls fails its row instead of the run. */
const responseTimeoutMs = 20_000;

export async function openConnection(
  target: TargetAddress,
  authority: { readonly host: string; readonly port: number },
  secureContext: SecureContext,
): Promise<LoadConnection> {
  const socket =
    target.socketPath === undefined
      ? connectTcp({ host: "127.0.0.1", port: target.port ?? 0, noDelay: true })
      : connectTcp({ path: target.socketPath });
  const { promise: lost, reject } = Promise.withResolvers<never>();
  const onClose = (): void => reject(new Error("the connection closed before it was one"));
  socket.once("close", onClose).setTimeout(responseTimeoutMs, onClose);
  try {
    return await Promise.race([lost, greet(socket, target, authority, secureContext)]);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    socket.off("close", onClose).setTimeout(0);
  }
}

async function greet(
  socket: Socket,
  target: TargetAddress,
  authority: { readonly host: string; readonly port: number },
  secureContext: SecureContext,
): Promise<LoadConnection> {
  await once(socket, "connect");
  if (target.kind === "proxy") await openTunnel(socket, `${authority.host}:${authority.port}`);
  const tls = connectTls({ socket, servername: authority.host, secureContext });
  await once(tls, "secureConnect");
  return toConnection(tls);
}

async function openTunnel(socket: Socket, authority: string): Promise<void> {
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`);
  let text = "";
  while (!text.includes("\r\n\r\n")) {
    const [part] = (await once(socket, "data")) as [Buffer];
    text += part.toString("latin1");
  }
  socket.pause();
  if (!/^HTTP\/1\.[01] 200/.test(text)) throw new Error(`CONNECT: ${text.slice(0, 200)}`);
}

interface Exchange {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

function toConnection(tls: TLSSocket): LoadConnection {
  let exchange: Exchange | undefined;
  const reader = createResponseReader({
    onBody: (part) => connection.onBody?.(part),
    onEnd: () => exchange?.resolve(),
  });
  const fail = (error: Error): void => exchange?.reject(error);
  let reads = 0;
  tls.on("data", (part: Buffer) => {
    reads++;
    try {
      reader(part);
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  });
  tls.on("error", fail);
  tls.on("close", () => fail(new Error("the connection closed before the response ended")));
  tls.setTimeout(responseTimeoutMs, () => fail(new Error("no response in time")));
  const connection: LoadConnection = {
    onBody: undefined,
    reads: () => reads,
    isClosed: () => tls.destroyed || tls.readableEnded,
    send: async (head, body) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      exchange = { resolve, reject };
      if (tls.destroyed) fail(new Error("the connection is closed"));
      tls.write(head);
      if (body !== undefined) await sendBody(tls, body, promise);
      await promise;
      exchange = undefined;
    },
    close: () => tls.destroy(),
  };
  return connection;
}

async function sendBody(
  tls: TLSSocket,
  body: { readonly block: Buffer; readonly count: number },
  ended: Promise<void>,
): Promise<void> {
  for (let index = 0; index < body.count; index += 1) {
    if (!tls.write(body.block)) await Promise.race([once(tls, "drain"), ended]);
  }
}

interface ResponseEvents {
  readonly onBody: (part: Buffer) => void;
  readonly onEnd: () => void;
}

/** Reads responses with Content-Length or chunked bodies; anything but a 200 is an error. */
function createResponseReader(events: ResponseEvents): (part: Buffer) => void {
  let pending: Buffer = Buffer.alloc(0);
  /** Bytes of body or chunk still to come; -1 between responses, -2 at the size of a chunk */
  let left = -1;
  let isChunked = false;
  const step = (): boolean => {
    if (left === -1) {
      const end = pending.indexOf("\r\n\r\n");
      if (end === -1) return false;
      const head = pending.toString("latin1", 0, end);
      pending = pending.subarray(end + 4);
      if (!head.startsWith("HTTP/1.1 200")) throw new Error(head.slice(0, 200));
      isChunked = /\r\ntransfer-encoding: *chunked/i.test(head);
      left = isChunked ? -2 : Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? Number.NaN);
      if (Number.isNaN(left)) throw new Error("a response without length");
      return true;
    }
    if (left === -2) return startChunk();
    const part = pending.subarray(0, left);
    if (part.length > 0) events.onBody(part);
    pending = pending.subarray(part.length);
    left -= part.length;
    if (left > 0) return false;
    left = isChunked ? -2 : -1;
    if (!isChunked) events.onEnd();
    return pending.length > 0;
  };
  const startChunk = (): boolean => {
    // The line break that ends the chunk before belongs to this line
    const from = pending[0] === 0x0d ? 2 : 0;
    const end = pending.indexOf("\r\n", from);
    if (end === -1) return false;
    left = Number.parseInt(pending.toString("latin1", from, end), 16);
    if (left === 0) {
      if (pending.length < end + 4) {
        left = -2;
        return false;
      }
      pending = pending.subarray(end + 4);
      left = -1;
      events.onEnd();
      return pending.length > 0;
    }
    pending = pending.subarray(end + 2);
    return true;
  };
  return (part) => {
    pending = pending.length === 0 ? part : Buffer.concat([pending, part]);
    while (pending.length > 0 && step());
  };
}
