import { readFile } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join, normalize } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readAll } from "../support/git-backend.ts";
import type { IssuedCertificate } from "../support/test-ca.ts";
import { toAnswerForm } from "./answer-form.ts";
import { sendFile, sendManifest } from "./standin-files.ts";
import { acceptWebSocket } from "./standin-websocket.ts";

export interface ClientStandin extends AsyncDisposable {
  readonly port: number;
}

export interface StandinFolders {
  /** Served below `/files/` */
  readonly served: string;
  /** Where the output of a step is, by its ID, while it runs */
  readonly outputs: string;
  /** A server of git repositories, which gets what is below `/git/` */
  readonly gitUrl: string;
}

/**
 * `/get` answers, `/post` says what it got, `/stream` is an answer in three pieces, `/websocket` sends a message back, and
 * `/v2/` is a registry of one image. Of `/stream/ID` the second piece comes only when that step has printed the first.
 */
export async function startClientStandin(
  { certPem, keyPem }: IssuedCertificate,
  folders: StandinFolders,
): Promise<ClientStandin> {
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    answer(request, response, folders).catch(() => response.destroy());
  });
  server.on("upgrade", acceptWebSocket);
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  folders: StandinFolders,
): Promise<void> {
  const body = await readAll(request);
  const { pathname, search } = new URL(request.url ?? "/", "https://localhost");
  const [, first, second = ""] = pathname.split("/");
  if (first === "git")
    return passOn(request, response, body, `${folders.gitUrl}${pathname.slice(4)}${search}`);
  if (first === "files")
    return sendFile(response, join(folders.served, normalize(pathname.slice(6))));
  if (first === "v2") return sendManifest(response, pathname);
  if (first === "stream")
    return stream(response, pathname, second === "" ? undefined : join(folders.outputs, second));
  const isPost = request.method === "POST";
  const said = isPost ? `got ${body.includes("hello") ? "hello" : "nothing"}` : "it was served";
  const { type, body: text } = toAnswerForm(pathname).whole(said);
  response.writeHead(200, { "content-type": type, "content-length": Buffer.byteLength(text) });
  response.end(request.method === "HEAD" ? "" : text);
}

/** How long the second piece waits for the client to print the first, in `ms`. */
const pieceLimitMs = 30_000;

async function stream(
  response: ServerResponse,
  pathname: string,
  output: string | undefined,
): Promise<void> {
  const form = toAnswerForm(pathname);
  response.writeHead(200, { "content-type": form.streamType });
  response.write(form.begin + form.piece("one"));
  if (output !== undefined && !(await hasPrinted(output, "one"))) {
    response.write(form.piece("(the first piece was not printed)"));
  }
  response.write(form.piece("two"));
  await pause(30);
  response.write(form.piece("three"));
  response.end(form.end);
}

async function hasPrinted(output: string, text: string): Promise<boolean> {
  const until = Date.now() + pieceLimitMs;
  while (Date.now() < until) {
    const printed = await readFile(output, "utf8").catch(() => "");
    if (printed.includes(text)) return true;
    await pause(50);
  }
  return false;
}

async function passOn(
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
  url: string,
): Promise<void> {
  const names = ["content-type", "content-encoding", "git-protocol", "accept"] as const;
  const headers = names.flatMap((name) => {
    const value = request.headers[name];
    return typeof value === "string" ? [[name, value] as [string, string]] : [];
  });
  const hasBody = request.method === "POST";
  const got = await fetch(url, {
    method: request.method ?? "GET",
    headers,
    ...(hasBody ? { body: new Uint8Array(body) } : {}),
  });
  response.writeHead(got.status, {
    "content-type": got.headers.get("content-type") ?? "text/plain",
  });
  response.end(Buffer.from(await got.arrayBuffer()));
}
