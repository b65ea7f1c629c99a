import type { Duplex } from "node:stream";
import { debug } from "../../base/debug.ts";
import { isServiceName, maxServiceLength } from "../../relay/protocol.ts";

/** Of one link, those that say nothing among them; twice what a relay opens by itself */
export const maxStreams = 4096;

/** How long a stream may take to say its service: the relay writes the name before anything of its client. */
const headerTimeoutMs = 10_000;

/** Takes over a stream of one service; it is paused, and what it gives is the client's own bytes. */
export type OnStream = (service: string, stream: Duplex) => void;

/**
 * Reads which service a new stream is for (src/relay/protocol.ts). A stream that doesn't say it, in time and in so many
 * bytes, is closed: nothing of it is passed on.
 */
export function readService(
  stream: Duplex,
  onStream: OnStream,
  timeoutMs: number = headerTimeoutMs,
): void {
  let header = "";
  const settle = (): void => {
    clearTimeout(timer);
    stream.off("data", onData);
    stream.off("end", onEnd);
    stream.off("close", settle);
  };
  const drop = (reason: string): void => {
    settle();
    debug("link", `a stream was closed: ${reason}`);
    stream.on("error", () => undefined);
    stream.destroy();
  };
  const onEnd = (): void => drop("it named no service");
  const onData = (chunk: Buffer): void => {
    const end = chunk.indexOf("\n");
    header += chunk.toString("latin1", 0, end === -1 ? maxServiceLength + 1 : end);
    if (header.length > maxServiceLength) return drop("the name of its service is too long");
    if (end === -1) return;
    if (!isServiceName(header)) return drop("what it began with is no name of a service");
    settle();
    stream.pause();
    if (end + 1 < chunk.length) stream.unshift(chunk.subarray(end + 1));
    onStream(header, stream);
  };
  const timer = setTimeout(() => drop("it named no service in time"), timeoutMs);
  stream.on("data", onData);
  stream.once("end", onEnd);
  stream.once("close", settle);
}
