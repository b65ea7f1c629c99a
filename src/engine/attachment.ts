import { Duplex, Readable } from "node:stream";
import type { Socket } from "node:net";
import { debug } from "../base/debug.ts";
import { splitFrames } from "./frame-splitter.ts";
import type { Attachment } from "./engine.ts";

/** A container's streams over the connection that the engine upgraded for it. */
export function toAttachment(socket: Socket, options: { tty: boolean }): Attachment {
  // 'error' without a listener would end the process; the wait for the container's exit reports a lost engine
  socket.on("error", (error) => debug("docker", `attach connection: ${error.message}`));
  socket.setTimeout(0);
  const { stdout, stderr } = options.tty
    ? { stdout: socket as Readable, stderr: Readable.from([]) }
    : splitFrames(socket);
  return {
    stdin: socket,
    stdout,
    stderr,
    duplex: () => (options.tty ? socket : new BytePipe(socket, stdout)),
    close: () => socket.destroy(),
  };
}

/** Output as the readable half, the connection as the writable half; each half ends by itself. */
class BytePipe extends Duplex {
  readonly #socket: Socket;
  readonly #output: Readable;

  constructor(socket: Socket, output: Readable) {
    super({ allowHalfOpen: true });
    this.#socket = socket;
    this.#output = output;
    output.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) output.pause();
    });
    output.once("end", () => this.push(null));
    socket.once("close", () => {
      // After the last output was read; a write that is waiting gets its error from the socket
      if (!output.readableEnded) return;
      this.destroy();
    });
  }

  override _read(): void {
    this.#output.resume();
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.#socket.write(chunk, done);
  }

  override _writev(
    chunks: readonly { chunk: Buffer }[],
    done: (error?: Error | null) => void,
  ): void {
    this.#socket.cork();
    const last = chunks.length - 1;
    chunks.forEach(({ chunk }, index) => {
      if (index === last) this.#socket.write(chunk, done);
      else this.#socket.write(chunk);
    });
    this.#socket.uncork();
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#socket.end(() => done());
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#socket.destroy();
    done(error);
  }
}
