import { performServerHandshake, type ServerHttp2Session } from "node:http2";
import { Duplex } from "node:stream";
import { sessionWindowBytes, streamWindowBytes } from "../../relay/protocol.ts";
import type { OpenLink } from "./link-end.ts";
import { maxStreams, readService, type OnStream } from "./read-service.ts";

/**
 * Each reset is one client of the sandbox giving up, which is theirs to do: nghttp2's default (1,000 and 33 a second,
 * for servers on the open network) would end the link of all of them. More than any loopback can do.
 */
const resetsAtOnce = 10_000_000;
const resetsPerSecond = 1_000_000;

/** Serves the relay's HTTP/2 session on its attach stream; each HTTP/2 stream is one client connection. */
export function openStdioLink(duplex: Duplex, onStream: OnStream): OpenLink {
  const session: ServerHttp2Session = performServerHandshake(uncoupled(duplex), {
    settings: {
      initialWindowSize: streamWindowBytes,
      maxConcurrentStreams: maxStreams,
      enablePush: false,
    },
    maxSessionMemory: 256,
    streamResetBurst: resetsAtOnce,
    streamResetRate: resetsPerSecond,
  });
  session.setLocalWindowSize(sessionWindowBytes);
  let reason = "the relay is gone";
  session.on("error", (error: Error) => {
    reason = `the link broke: ${error.message}`;
  });
  session.on("stream", (stream) => {
    stream.on("error", () => undefined);
    // A client that connects and resets at once: both frames can be read before this is called
    if (stream.destroyed || stream.aborted) return;
    // RST_STREAM from the relay: the client reset its connection
    stream.once("aborted", () => stream.destroy());
    stream.respond({ ":status": 200 });
    readService(stream, onStream);
  });
  return {
    ended: new Promise((resolve) => session.once("close", () => resolve(reason))),
    close: () => session.destroy(),
  };
}

/**
 * The same stream, with writes that count as done at once: Node's HTTP/2 stops reading while a write is pending, so
 * with both pipes full the two ends would wait for each other. The relay's flow-control window bounds what is buffered.
 * Its end counts as done at once too: a session that closes while that is pending fails an assertion of Node.
 */
function uncoupled(pipe: Duplex): Duplex {
  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => void pipe.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      pipe.write(chunk);
      done();
    },
    final: (done) => {
      pipe.end();
      done();
    },
    destroy: (error, done) => {
      pipe.destroy();
      done(error);
    },
  });
  pipe.on("data", (chunk: Buffer) => {
    if (!stream.push(chunk)) pipe.pause();
  });
  pipe.once("end", () => stream.push(null));
  pipe.once("error", (error) => stream.destroy(error));
  pipe.once("close", () => stream.destroy());
  return stream;
}
