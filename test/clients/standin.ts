import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import type { IssuedCertificate } from "../support/test-ca.ts";

export interface ClientStandin extends AsyncDisposable {
  readonly port: number;
}

/** `/get` answers, `/post` says what it got, `/stream` is three pieces with pauses, `/ws` sends a message back. */
export async function startClientStandin({
  certPem,
  keyPem,
}: IssuedCertificate): Promise<ClientStandin> {
  const server = createServer({ cert: certPem, key: keyPem }, (request, response) => {
    void answer(request, response);
  });
  server.on("upgrade", (request, socket: Duplex) => {
    const key = `${request.headers["sec-websocket-key"] ?? ""}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    socket.on("error", () => socket.destroy());
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${createHash("sha1").update(key).digest("base64")}\r\n\r\n`,
    );
    socket.on("data", (frame: Buffer) => {
      const isClose = (frame[0]! & 0x0f) === 8;
      if (isClose) socket.end(echo(frame));
      else socket.write(echo(frame));
    });
    socket.on("end", () => socket.end());
  });
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

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  response.setHeader("Content-Type", "text/plain");
  if (request.url === "/stream") {
    for (const piece of ["one\n", "two\n", "three\n"]) {
      response.write(piece);
      await pause(30);
    }
    response.end();
  } else if (request.method === "POST") {
    response.end(`got ${Buffer.concat(pieces).toString()}\n`);
  } else response.end("served\n");
}

/** A short masked frame (RFC 6455, section 5.2) without its mask. */
function echo(frame: Buffer): Buffer {
  const length = frame[1]! & 0x7f;
  const mask = frame.subarray(2, 6);
  const data = frame.subarray(6, 6 + length).map((byte, at) => byte ^ mask[at % 4]!);
  return Buffer.concat([Buffer.from([frame[0]!, length]), data]);
}
