import { createServer as createHttpServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer as createHttpsServer, type ServerOptions } from "node:https";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

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

/** A field of an unknown JSON value, or undefined where there is none. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** The elements of an unknown JSON value, none where it is no array. */
export function elements(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The caller answers as the vendor does to a body that is no object
    return undefined;
  }
}

/** Between two events of a stream, so that a client (and a proxy) sees them arrive one by one. */
const gapMs = 15;

/** Sends server-sent events one by one, each in its own write; stops when the client is gone. */
export async function sendEvents(
  response: ServerResponse,
  events: readonly { readonly type: string }[],
): Promise<void> {
  response.writeHead(200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
  });
  for (const event of events) {
    if (response.destroyed) return;
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    await delay(gapMs);
  }
  response.end();
}

/** A text in pieces of a few characters, as a model streams it. */
export function toDeltas(text: string): readonly string[] {
  // With the flag `u`, a piece never ends inside a surrogate pair
  return text.match(/[\s\S]{1,24}/gu) ?? [""];
}

/**
 * What a stand-in's model does next. A script is a list of turns; turn N answers a conversation in which the model
 * spoke N times already, so a stand-in keeps no state and serves any number of conversations.
 */
export type ScriptedTurn =
  | { readonly type: "shell"; readonly command: string }
  /** `{output}` stands for the output of the last command */
  | { readonly type: "say"; readonly text: string };

/** The turn for a conversation, with `{output}` filled in; after the script's end the model says so. */
export function resolveTurn(
  script: readonly ScriptedTurn[],
  spoken: number,
  lastOutput: string,
): ScriptedTurn {
  const turn = script[spoken] ?? { type: "say", text: "The script has no further turn." };
  if (turn.type === "shell") return turn;
  // A function, because the output may hold `$&`
  return { type: "say", text: turn.text.replaceAll("{output}", () => lastOutput.trim()) };
}
