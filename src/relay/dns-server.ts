import { createSocket } from "node:dgram";
import type { Socket } from "node:net";
import { answerDns } from "./dns-answer.ts";

/** Binds a UDP resolver on loopback, which gives its own address for every name; resolves with its port. */
export function openUdpDns(
  address: string,
  port: number,
): Promise<{ port: number; close: () => void }> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  socket.on("message", (message, from) => {
    const answer = answerDns(message, address);
    // A lost answer is what UDP clients expect; they ask again
    if (answer !== undefined) socket.send(answer, from.port, from.address, () => undefined);
  });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(port, address, () => {
      socket.off("error", reject);
      // ICMP errors of clients that went away show up here; there is nothing to do about them
      socket.on("error", () => undefined);
      resolve({ port: socket.address().port, close: () => socket.close() });
    });
  });
}

/** Longest message that is waited for, in `bytes`: one question with all that a client may add to it. */
const maxQueryBytes = 4096;

/** How long a TCP client of the resolver may be silent. */
const dnsIdleMs = 10_000;

/** Serves DNS over TCP on one connection, with one address for every name: each message has a two-byte length (RFC 1035 §4.2.2). */
export function serveTcpDns(socket: Socket, address: string): void {
  let pending: Buffer = Buffer.alloc(0);
  socket.setTimeout(dnsIdleMs, () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    while (pending.length >= 2) {
      const length = pending.readUInt16BE(0);
      if (length > maxQueryBytes) {
        socket.destroy();
        return;
      }
      if (pending.length < length + 2) return;
      const answer = answerDns(pending.subarray(2, length + 2), address);
      pending = pending.subarray(length + 2);
      if (answer === undefined || !writeFramed(socket, answer)) {
        socket.destroy();
        return;
      }
    }
  });
  socket.on("end", () => socket.end());
}

/** A client that asks and never reads gets no buffer. */
function writeFramed(socket: Socket, answer: Buffer): boolean {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(answer.length, 0);
  socket.write(Buffer.concat([length, answer]));
  return socket.writableLength < 1024 * 1024;
}
