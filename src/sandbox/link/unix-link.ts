import { timingSafeEqual } from "node:crypto";
import { chmod, chown, mkdir } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import type { OpenLink } from "./link-end.ts";
import { maxStreams, readService, type OnStream } from "./read-service.ts";

/** Name of the socket in its directory; short, because of `maxSocketPathBytes`. */
export const socketName = "s";

/** With its NUL (unix(4) of macOS; Linux has 108) */
export const maxSocketPathBytes = process.platform === "linux" ? 108 : 104;
const handshakeTimeoutMs = 10_000;

/**
 * Makes the directory for the socket, which is mounted into the relay; only the relay's user may enter it.
 * @throws VaultboxError VBX_LINK_FAILED
 */
export async function makeSocketDirectory(directory: string, user: string): Promise<void> {
  const path = `${directory}/${socketName}`;
  if (Buffer.byteLength(path) >= maxSocketPathBytes) {
    throw new VaultboxError("VBX_LINK_FAILED", `the socket path ${quoted(path)} is too long`, {
      hints: ["set XDG_RUNTIME_DIR or VAULTBOX_HOME to a shorter path"],
    });
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await giveToRelay(directory, user);
}

/**
 * Listens on `directory/s`. Until one connection has presented the token, nothing is passed on; that connection then stays
 * open as a sign of life in both directions.
 * @param options.most streams at a time; fewer for tests
 * @throws VaultboxError VBX_LINK_FAILED
 */
export async function openUnixLink(options: {
  directory: string;
  user: string;
  token: string;
  onStream: OnStream;
  most?: number;
}): Promise<OpenLink> {
  const { most = maxStreams } = options;
  const path = `${options.directory}/${socketName}`;
  const sockets = new Set<Socket>();
  let control: Socket | undefined;
  let setEnded: (reason: string) => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    setEnded = resolve;
  });
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    // The sign of life is one of them
    if (sockets.size > most) return void socket.destroy();
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => undefined);
    if (control !== undefined) {
      readService(socket, options.onStream);
      return;
    }
    answerHandshake(socket, options.token, () => {
      if (control !== undefined) return false;
      control = socket;
      socket.once("close", () => setEnded("the relay is gone"));
      return true;
    });
  });
  await listen(server, path);
  await chmod(path, 0o600);
  await giveToRelay(path, options.user);
  return {
    ended,
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Reads `VBX2 <token>`, answers `VBX2 ok`; anything else is dropped without a word. */
function answerHandshake(socket: Socket, token: string, onProven: () => boolean): void {
  const expected = Buffer.from(`VBX2 ${token}\n`);
  let received: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), handshakeTimeoutMs);
  socket.once("close", () => clearTimeout(timer));
  const onData = (chunk: Buffer): void => {
    received = Buffer.concat([received, chunk]);
    if (received.length < expected.length) return;
    clearTimeout(timer);
    socket.off("data", onData);
    const isProven = received.length === expected.length && timingSafeEqual(received, expected);
    if (!isProven || !onProven()) {
      socket.destroy();
      return;
    }
    socket.once("end", () => socket.destroy());
    socket.resume();
    socket.write("VBX2 ok\n");
  };
  socket.on("data", onData);
}

function listen(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      reject(
        new VaultboxError(
          "VBX_LINK_FAILED",
          `cannot listen on ${quoted(path)}: ${error.code ?? error.message}`,
          { cause: error },
        ),
      );
    });
    server.listen({ path, backlog: 1024 }, resolve);
  });
}

/** A session of root runs its relay as nobody, who then owns the directory and the socket; nobody else may enter. */
async function giveToRelay(path: string, user: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const [uid = 0, gid = 0] = user.split(":").map(Number);
  await chown(path, uid, gid);
}
