import type { Duplex } from "node:stream";

/** Pieces from this size on are part of a bulk transfer; events of a stream are smaller. Bytes. */
const bulkBytes = 4096;

/**
 * Writes a piece of a body; false when the socket wants the caller to wait for `drained`. TLS hands over records of
 * 16 KB one by one: those of one turn of the event loop go out in one write, which saves most of the system calls of a
 * bulk transfer. A small piece that comes alone goes out at once.
 */
export function writePiece(socket: Duplex, bytes: Buffer): boolean {
  if (bytes.length >= bulkBytes && socket.writableCorked === 0) {
    socket.cork();
    setImmediate(() => socket.uncork());
  }
  return socket.write(bytes);
}
