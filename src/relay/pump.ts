import { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** How long a client may go on sending after the proxy's complete answer, so that it reads it (RFC 9112 §9.6). */
const lingerMs = 2_000;

/**
 * Joins two byte streams with back-pressure. An end on one side is passed on as an end (half-close), an abort as an
 * abort: a client that sees a clean end can rely on having everything.
 */
export function pump(client: Socket, remote: Duplex): void {
  client.pipe(remote);
  remote.pipe(client);
  client.on("error", () => undefined);
  remote.on("error", () => undefined);
  client.once("close", () => onClose(client, remote));
  remote.once("close", () => onClose(remote, client));
}

function onClose(closed: Duplex, other: Duplex): void {
  // Both directions were complete: the pipes have passed the ends on, and the other side is flushing
  if (other.destroyed || (closed.readableEnded && closed.writableFinished)) return;
  if (!closed.readableEnded) {
    abort(other);
    return;
  }
  other.resume();
  const timer = setTimeout(() => other.destroy(), lingerMs);
  other.once("close", () => clearTimeout(timer));
}

/** Ends a stream so that the other end sees an error instead of an end of file, where the transport can say so. */
function abort(stream: Duplex): void {
  if (stream instanceof Socket && stream.remoteAddress !== undefined) stream.resetAndDestroy();
  else if ("close" in stream && typeof stream.close === "function") stream.close(abortCode);
  else stream.destroy();
}

/** NGHTTP2_CANCEL (RFC 9113 §7) */
const abortCode = 8;
