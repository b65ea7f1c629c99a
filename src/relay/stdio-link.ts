import { connect as connectHttp2, type ClientHttp2Session } from "node:http2";
import { Socket } from "node:net";
import { Duplex, type Readable } from "node:stream";
import { sessionWindowBytes, streamWindowBytes } from "./protocol.ts";
import type { RelayLink } from "./relay-link.ts";

/** Multiplexes connections on the relay's stdin and stdout with HTTP/2: one stream each, flow control per stream. */
export function openStdioLink(input: Readable): Promise<RelayLink> {
  const session = connectHttp2("http://proxy.invalid", {
    createConnection: () => openStdio(input),
    settings: { initialWindowSize: streamWindowBytes, enablePush: false },
    maxSessionMemory: 256,
  });
  return new Promise((resolve, reject) => {
    session.once("error", reject);
    // The host's settings frame is the handshake: it answers, and it speaks our protocol
    session.once("remoteSettings", () => {
      session.off("error", reject);
      session.setLocalWindowSize(sessionWindowBytes);
      resolve(toLink(session));
    });
  });
}

function toLink(session: ClientHttp2Session): RelayLink {
  let reason = "the host closed the link";
  session.on("error", (error: Error) => {
    reason = `the link broke: ${error.message}`;
  });
  return {
    kind: "stdio",
    connect: () => {
      if (session.closed || session.destroyed) throw new Error("the link is closed");
      const stream = session.request({ ":method": "POST", ":path": "/" }, { endStream: false });
      stream.on("error", () => undefined);
      return stream;
    },
    closed: new Promise((resolve) => session.once("close", () => resolve(reason))),
    close: () => session.destroy(),
  };
}

/**
 * stdin and stdout as one stream; stdout as a plain socket, because Node's own `process.stdout` blocks on a full pipe.
 * A write counts as done at once: Node's HTTP/2 stops reading while a write is pending, so with two full pipes both
 * ends would wait for each other. The peer's flow-control window bounds what is buffered.
 */
function openStdio(input: Readable): Duplex {
  const output = new Socket({ fd: 1, readable: false, writable: true });
  const duplex = new Duplex({
    allowHalfOpen: false,
    read: () => void input.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      output.write(chunk);
      done();
    },
    final: (done) => void output.end(done),
    destroy: (error, done) => {
      input.destroy();
      output.destroy();
      done(error);
    },
  });
  input.on("data", (chunk: Buffer) => {
    if (!duplex.push(chunk)) input.pause();
  });
  input.once("end", () => duplex.push(null));
  for (const side of [input, output]) {
    side.on("error", (error) => duplex.destroy(error));
    side.once("close", () => duplex.destroy());
  }
  return duplex;
}
