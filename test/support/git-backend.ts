import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { drain } from "./git-pieces.ts";
import { gitEnvironment } from "./git.ts";

/** What a client asked, in the order of the requests' heads. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** `git http-backend` behind a plain server on loopback. */
export interface GitBackend extends AsyncDisposable {
  /** Without a slash at its end; a repository is at `/NAME.git` */
  readonly url: string;
  readonly seen: readonly SeenRequest[];
}

/** A body's bytes, all of them. */
export function readAll(request: IncomingMessage): Promise<Buffer> {
  return drain(toReader(request));
}

/** A body in pieces. */
export function toReader(request: IncomingMessage): () => Promise<Buffer | undefined> {
  const pieces = request[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return async () => {
    const piece = await pieces.next();
    return piece.done === true ? undefined : piece.value;
  };
}

export interface BackendAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

/** Asks the backend for what a request asks, with this body instead of its own. */
export type AskBackend = (request: IncomingMessage, body: Buffer) => Promise<BackendAnswer>;

export type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  ask: AskBackend,
) => Promise<void>;

/** Passes a request on as it is. */
export const passOn: Answer = async (request, response, ask) => {
  reply(response, await ask(request, await readAll(request)));
};

export function reply(response: ServerResponse, answer: BackendAnswer): void {
  response.writeHead(answer.status, answer.headers.flat());
  response.end(answer.body);
}

/** Serves the repositories in `folder`. */
export async function startGitBackend(
  folder: string,
  answer: Answer = passOn,
): Promise<GitBackend> {
  const seen: SeenRequest[] = [];
  const ask: AskBackend = (request, body) => runBackend(folder, request, body);
  const server = createServer((request, response) => {
    const headers = request.headers as SeenRequest["headers"];
    seen.push({ method: request.method ?? "", url: request.url ?? "", headers });
    answer(request, response, ask).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

async function runBackend(
  folder: string,
  request: IncomingMessage,
  body: Buffer,
): Promise<BackendAnswer> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const child = spawn("git", ["http-backend"], {
    stdio: ["pipe", "pipe", "ignore"],
    env: {
      ...gitEnvironment,
      HOME: folder,
      GIT_CONFIG_GLOBAL: undefined,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      REMOTE_USER: "someone",
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: request.headers["content-type"] ?? "",
      CONTENT_LENGTH: String(body.length),
      HTTP_CONTENT_ENCODING: String(request.headers["content-encoding"] ?? ""),
      GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
    },
  });
  // The backend may end without reading its input
  child.stdin.on("error", () => undefined);
  child.stdin.end(body);
  const out: Buffer[] = [];
  child.stdout.on("data", (piece: Buffer) => out.push(piece));
  await once(child, "close");
  return parseCgi(Buffer.concat(out));
}

function parseCgi(bytes: Buffer): BackendAnswer {
  const end = bytes.indexOf("\r\n\r\n");
  const lines = bytes.toString("latin1", 0, end).split("\r\n");
  const fields = lines.map((line): [string, string] => {
    const at = line.indexOf(":");
    return [line.slice(0, at), line.slice(at + 1).trim()];
  });
  const status = fields.find(([name]) => name.toLowerCase() === "status")?.[1];
  return {
    status: status === undefined ? 200 : Number.parseInt(status, 10),
    headers: fields.filter(([name]) => name.toLowerCase() !== "status"),
    body: bytes.subarray(end + 4),
  };
}
