import { createServer as createHttpServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";

/** A request as it arrived; it holds the real secret, so it is never written anywhere. */
export interface RecordedRequest {
  readonly method: string;
  /** Request target with query */
  readonly target: string;
  /** Request target without query */
  readonly path: string;
  /** Lower-case names; repeated fields joined by `, ` */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Set by the handler: whether the vendor would have accepted the credential */
  authorised: boolean;
}

/** Answers one request whose body was read already; sets `request.authorised`. */
export type StandinHandler = (request: RecordedRequest, response: ServerResponse) => Promise<void>;

/** A running stand-in of a vendor's API on loopback. */
export interface Standin extends AsyncDisposable {
  readonly port: number;
  readonly requests: readonly RecordedRequest[];
}

/** Largest request body that a stand-in reads, in bytes; a coding agent's turn has about 0.1 MB. */
const maxBodyBytes = 32 * 1024 * 1024;

/**
 * Listens on a free port of 127.0.0.1, over TLS where `tls` says with what certificate.
 * WebSocket upgrades are recorded and refused with 426, as by a server that has none.
 */
export async function openStandin(handler: StandinHandler, tls?: ServerOptions): Promise<Standin> {
  const requests: RecordedRequest[] = [];
  const onRequest = (incoming: IncomingMessage, response: ServerResponse): void => {
    void serve(incoming, response).catch(() => response.destroy());
  };
  async function serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = toRecord(incoming, await readBody(incoming));
    requests.push(request);
    await handler(request, response);
  }
  const server: Server =
    tls === undefined ? createHttpServer(onRequest) : createHttpsServer(tls, onRequest);
  server.on("upgrade", (incoming, socket) => {
    requests.push(toRecord(incoming, ""));
    socket.end("HTTP/1.1 426 Upgrade Required\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { port, requests, [Symbol.asyncDispose]: () => closeServer(server) };
}

/** Answers with one JSON document. */
export function sendJson(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(value));
}

function toRecord(incoming: IncomingMessage, body: string): RecordedRequest {
  const headers: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    headers[name] = (values ?? []).join(", ");
  }
  const target = incoming.url ?? "/";
  const path = target.split("?", 1)[0] ?? "/";
  return { method: incoming.method ?? "GET", target, path, headers, body, authorised: false };
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBodyBytes) throw new Error("the request body is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
