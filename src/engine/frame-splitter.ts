import { Readable } from "node:stream";
import type { Socket } from "node:net";

/** Bytes of a frame's header: stream number, three zeros, length (Docker Engine API, "Stream format"). */
const headerBytes = 8;

/** The two outputs that an engine sends as frames on one connection when there is no TTY. */
export interface SplitOutput {
  readonly stdout: Readable;
  readonly stderr: Readable;
}

/**
 * Takes the frames apart. Back-pressure: the connection is read only as fast as the output that is next is consumed,
 * so both must be read. Both end when the connection does, however it ends.
 */
export function splitFrames(source: Socket): SplitOutput {
  const stdout = new PacedReadable();
  const stderr = new PacedReadable();
  void pump(source, (stream) => (stream === 2 ? stderr : stdout)).finally(() => {
    stdout.push(null);
    stderr.push(null);
  });
  return { stdout, stderr };
}

/** A readable that tells its producer when to go on. */
class PacedReadable extends Readable {
  #resume: (() => void) | undefined;

  constructor() {
    super({ read: () => this.#wake() });
    // A consumer that gives up must not stop the other stream
    this.once("close", () => this.#wake());
  }

  /** Resolves when the consumer has room again; what a closed stream gets is dropped. */
  async give(chunk: Buffer): Promise<void> {
    if (this.destroyed || this.push(chunk)) return;
    await new Promise<void>((resolve) => (this.#resume = resolve));
  }

  #wake(): void {
    this.#resume?.();
    this.#resume = undefined;
  }
}

async function pump(source: Socket, pick: (stream: number) => PacedReadable): Promise<void> {
  let header = Buffer.alloc(0);
  let left = 0;
  let output = pick(1);
  try {
    // The connection's write half must outlive this loop
    for await (const data of source.iterator({ destroyOnReturn: false })) {
      let chunk = data as Buffer;
      while (chunk.length > 0) {
        if (left > 0) {
          const part = chunk.subarray(0, left);
          left -= part.length;
          chunk = chunk.subarray(part.length);
          await output.give(part);
          continue;
        }
        const missing = headerBytes - header.length;
        header = Buffer.concat([header, chunk.subarray(0, missing)]);
        chunk = chunk.subarray(missing);
        if (header.length < headerBytes) continue;
        output = pick(header.readUInt8(0));
        left = header.readUInt32BE(4);
        header = Buffer.alloc(0);
      }
    }
  } catch {
    // A lost connection ends the outputs; the wait for the container's exit says what happened
  }
}
