import type { Duplex } from "node:stream";

/**
 * The connections of one sandbox, up to a limit. When all are taken, the one that has waited longest without a whole
 * request head makes room: thousands of connections that say nothing can't shut out one that has something to say.
 */
export class ClientSlots {
  readonly #most: number;
  readonly #sockets = new Set<Duplex>();
  /** Those between two requests, longest wait first */
  readonly #waiting = new Set<Duplex>();

  constructor(most: number) {
    this.#most = most;
  }

  /** False when every connection is busy with a request. */
  take(socket: Duplex): boolean {
    if (this.#sockets.size >= this.#most) {
      const [oldest] = this.#waiting;
      if (oldest === undefined) return false;
      this.#release(oldest);
      oldest.destroy();
    }
    this.#sockets.add(socket);
    socket.once("close", () => this.#release(socket));
    return true;
  }

  /** It waits for a request, until `busy`. */
  waiting(socket: Duplex): void {
    if (this.#sockets.has(socket)) this.#waiting.add(socket);
  }

  busy(socket: Duplex): void {
    this.#waiting.delete(socket);
  }

  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #release(socket: Duplex): void {
    this.#sockets.delete(socket);
    this.#waiting.delete(socket);
  }
}
