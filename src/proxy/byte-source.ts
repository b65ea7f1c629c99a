import type { Duplex } from "node:stream";
import { ChunkQueue } from "../base/chunk-queue.ts";
import type { NextPiece } from "../http/body.ts";
import { proxyLimits } from "./limits.ts";
import type { ReadAhead } from "./read-ahead.ts";

/**
 * Pulls bytes from a socket, which is paused while many of them wait: a slow reader slows the sender. `next` gives
 * whatever has arrived, undefined at the end, and rejects if the socket fails. One reader at a time: a new one takes
 * over, and the one that waited is rejected, so that none waits for ever. It keeps an error listener for the socket's
 * whole life.
 */
export class ByteSource {
  /** What all sockets of the session read ahead */
  readonly readAhead: ReadAhead;
  readonly #socket: Duplex;
  readonly #chunks = new ChunkQueue();
  #ended = false;
  #isClosed = false;
  #error: Error | undefined;
  #waiter:
    | { resolve: (chunk: Buffer | undefined) => void; reject: (error: Error) => void }
    | undefined;
  #onEndCallback: (() => void) | undefined;
  readonly #onData: (chunk: Buffer) => void;
  readonly #onEnd: () => void;
  readonly #onSocketClose: () => void;

  constructor(socket: Duplex, readAhead: ReadAhead) {
    this.#socket = socket;
    this.readAhead = readAhead;
    this.#onData = (chunk) => this.#push(chunk);
    this.#onEnd = () => this.#finish(undefined);
    this.#onSocketClose = () => this.#closed();
    socket.on("data", this.#onData);
    socket.on("end", this.#onEnd);
    socket.on("close", this.#onSocketClose);
    socket.on("error", (error: Error) => this.#finish(error));
    if (socket.destroyed) this.#closed();
  }

  /**
   * Called once when the peer has ended its side or the socket is gone, whoever closed it: at once where that was
   * before. Over a unix socket a killed peer shows as an end of input and nothing else.
   */
  onEnd(callback: (() => void) | undefined): void {
    if (this.#ended) callback?.();
    else this.#onEndCallback = callback;
  }

  /** Bytes that were read and not taken yet. */
  get buffered(): number {
    return this.#chunks.size;
  }

  /** Whether the peer ended its side, or the socket is gone, whatever is still to be read. */
  get isGone(): boolean {
    return this.#ended;
  }

  /** Whether it ended and all of it was read. */
  get ended(): boolean {
    return this.#ended && this.#chunks.size === 0;
  }

  next(): NextPiece {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#count(-chunk.length);
      if (this.#chunks.size < proxyLimits.socketReadAheadBytes && this.#socket.isPaused()) {
        this.#socket.resume();
      }
      return chunk;
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#ended) return undefined;
    if (this.#socket.isPaused()) this.#socket.resume();
    this.#waiter?.reject(new Error("another reader took over"));
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
    });
  }

  /** Reads to the end, or until it was so many bytes, and keeps nothing of it. Rejects if the socket fails. */
  async discard(mostBytes: number): Promise<void> {
    let bytes = this.#chunks.clear();
    this.#count(-bytes);
    while (bytes <= mostBytes) {
      const chunk = await this.next();
      if (chunk === undefined) return;
      bytes += chunk.length;
    }
  }

  /** Puts bytes back in front. */
  unread(bytes: Buffer): void {
    this.#chunks.unshift(bytes);
    this.#count(bytes.length);
  }

  /** Stops reading and hands back what was read and not taken; the socket may then be given to another reader. */
  detach(): Buffer {
    this.#socket.pause();
    this.#socket.off("data", this.#onData);
    this.#socket.off("end", this.#onEnd);
    this.#socket.off("close", this.#onSocketClose);
    this.#onEndCallback = undefined;
    const rest = this.#chunks.takeAll();
    this.#count(-rest.length);
    return rest;
  }

  #push(chunk: Buffer): void {
    this.readAhead.arrived(chunk.length);
    const waiter = this.#waiter;
    if (waiter !== undefined) {
      this.#waiter = undefined;
      waiter.resolve(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#count(chunk.length);
    const isMuch = this.#chunks.size >= proxyLimits.socketReadAheadBytes;
    if (isMuch || this.readAhead.isFull) this.#socket.pause();
  }

  #count(bytes: number): void {
    if (!this.#isClosed) this.readAhead.add(bytes);
  }

  #finish(error: Error | undefined): void {
    this.#ended = true;
    this.#error ??= error;
    const waiter = this.#waiter;
    this.#waiter = undefined;
    if (waiter !== undefined) {
      if (this.#error === undefined) waiter.resolve(undefined);
      else waiter.reject(this.#error);
    }
    const callback = this.#onEndCallback;
    this.#onEndCallback = undefined;
    callback?.();
  }

  #closed(): void {
    // Nothing more comes, and perhaps nobody takes what came
    this.readAhead.add(-this.#chunks.size);
    this.#isClosed = true;
    // A socket that closes without an end was reset or destroyed
    this.#finish(this.#ended ? undefined : new Error("the connection was closed"));
  }
}

/**
 * Resolves when the socket takes more bytes; rejects if it closes first. A peer that takes none for `writeIdleMs` has
 * its socket destroyed: it would hold buffers and the other side of its request for ever.
 */
export function drained(socket: Duplex): Promise<void> {
  if (socket.destroyed) return Promise.reject(new Error("the connection was closed"));
  if (!socket.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => socket.destroy(), proxyLimits.writeIdleMs);
    const settle = (callback: () => void) => () => {
      clearTimeout(timer);
      socket.off("drain", onDrain);
      socket.off("close", onClose);
      callback();
    };
    const onDrain = settle(resolve);
    const onClose = settle(() => reject(new Error("the connection was closed")));
    socket.on("drain", onDrain);
    socket.on("close", onClose);
  });
}
