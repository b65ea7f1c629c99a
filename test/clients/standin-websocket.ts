import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

/** Takes the offer, and sends back each message. */
export function acceptWebSocket(request: IncomingMessage, socket: Duplex): void {
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
}

/** A short masked frame (RFC 6455, section 5.2) without its mask. */
function echo(frame: Buffer): Buffer {
  const length = frame[1]! & 0x7f;
  const mask = frame.subarray(2, 6);
  const data = frame.subarray(6, 6 + length).map((byte, at) => byte ^ mask[at % 4]!);
  return Buffer.concat([Buffer.from([frame[0]!, length]), data]);
}
