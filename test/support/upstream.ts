import { once } from "node:events";
import { createServer as createHttpServer, type RequestListener } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from "node:net";
import type { IssuedCertificate, TestCa } from "./test-ca.ts";

/** A stand-in server on loopback; `await using` closes it with all its connections. */
export interface Upstream extends AsyncDisposable {
  readonly port: number;
  /** `127.0.0.1`, unless another address was asked for */
  readonly address: string;
  /** How many TCP connections it accepted so far */
  readonly connections: () => number;
}

export interface RawUpstream extends Upstream {
  /** Every byte received on all connections, in order of arrival */
  readonly received: () => Buffer;
}

interface ListenOptions {
  readonly address?: string;
  readonly port?: number;
}

/** An https server with a certificate of `ca` for `hosts`, or with the given certificate. */
export async function startTlsUpstream(
  options: ListenOptions & {
    readonly handler: RequestListener;
    readonly hosts?: readonly string[];
    readonly ca?: TestCa;
    readonly certificate?: IssuedCertificate;
  },
): Promise<Upstream> {
  const certificate =
    options.certificate ?? options.ca?.issue({ hosts: options.hosts ?? ["localhost"] });
  if (certificate === undefined) throw new Error("startTlsUpstream needs a ca or a certificate");
  const server = createHttpsServer(
    { cert: certificate.certPem, key: certificate.keyPem, ALPNProtocols: ["http/1.1"] },
    options.handler,
  );
  return listen(server, options);
}

/** A plain http server. */
export async function startHttpUpstream(
  options: ListenOptions & { readonly handler: RequestListener },
): Promise<Upstream> {
  return listen(createHttpServer(options.handler), options);
}

/** A TCP server that records what it gets; `onConnection` may answer. */
export async function startRawUpstream(
  options: ListenOptions & { readonly onConnection?: (socket: Socket) => void } = {},
): Promise<RawUpstream> {
  const chunks: Buffer[] = [];
  const server = createTcpServer((socket) => {
    socket.on("data", (chunk) => chunks.push(chunk));
    options.onConnection?.(socket);
  });
  return Object.assign(await listen(server, options), { received: () => Buffer.concat(chunks) });
}

async function listen(
  server: Server,
  { address = "127.0.0.1", port = 0 }: ListenOptions,
): Promise<Upstream> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.setNoDelay(true);
    // Probes reset connections on purpose
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  });
  server.listen(port, address);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    address,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
