import { connect, type Socket } from "node:net";
import type { RelayLink } from "./relay-link.ts";

const handshakeTimeoutMs = 3_000;
const connectTimeoutMs = 10_000;

/**
 * Reaches the host through the mounted socket: one connection for each client connection, and one that stays open
 * as a sign of life. The first connection proves that the socket answers and that it's the session's that acquired it.
 */
export async function openUnixLink(path: string, token: string): Promise<RelayLink> {
  const control = await shakeHands(path, token);
  return {
    kind: "unix",
    connect: () => connectData(path),
    closed: new Promise((resolve) => {
      control.once("close", () => resolve("the host closed the link"));
      control.resume();
    }),
    close: () => control.destroy(),
  };
}

function connectData(path: string): Socket {
  const socket = connect({ path, allowHalfOpen: true });
  const timer = setTimeout(() => socket.destroy(), connectTimeoutMs);
  socket.once("connect", () => clearTimeout(timer));
  socket.once("close", () => clearTimeout(timer));
  return socket;
}

/** Sends `VBX2 <token>`, expects `VBX2 ok`. */
function shakeHands(path: string, token: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path });
    let received = "";
    const fail = (reason: string): void => {
      clearTimeout(timer);
      socket.destroy();
      reject(new Error(reason));
    };
    const timer = setTimeout(() => fail("the host did not answer"), handshakeTimeoutMs);
    const onData = (chunk: Buffer): void => {
      received += chunk.toString("latin1");
      if (received === "VBX2 ok\n") {
        clearTimeout(timer);
        socket.off("data", onData);
        resolve(socket);
      } else if (!"VBX2 ok\n".startsWith(received)) fail("the host gave a wrong answer");
    };
    socket.on("data", onData);
    socket.once("connect", () => socket.write(`VBX2 ${token}\n`));
    socket.on("error", (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    socket.once("end", () => fail("the host refused the handshake"));
  });
}
