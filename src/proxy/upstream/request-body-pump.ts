import { hasContent } from "../../http/body.ts";
import { chunkFraming, toLastChunk } from "../../http/http1/chunked-decoder.ts";
import { BodyWriter } from "../body-writer.ts";
import { within } from "../deadlines.ts";
import { proxyLimits } from "../limits.ts";
import type { UpstreamRequest } from "./upstream.ts";
import type { UpstreamConnection } from "./upstream-pool.ts";

/** A method and a blank. */
const requestBeginning = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}[\t ]/;
const longest = 65;
/** What some servers skip before a request line (RFC 9112, section 2.2). */
const skipped = new Set(Buffer.from("\r\n\t "));

/** Sends the head and streams the body, as fast as the upstream takes it. */
export class RequestBodyPump {
  readonly #upstream: UpstreamConnection;
  readonly #request: UpstreamRequest;
  readonly #beginning = new BodyBeginning();
  /** Of a request with a body */
  #sending: Promise<void> | undefined;
  #isDone = false;
  #isStopped = false;
  /** Set while the body waits for `100 Continue` */
  #mayStart: (() => void) | undefined;

  constructor(upstream: UpstreamConnection, request: UpstreamRequest) {
    this.#upstream = upstream;
    this.#request = request;
  }

  /** Whether the whole request went out. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Whether an upstream that left the body unread could take it for a request. */
  get beginsLikeRequest(): boolean {
    return this.#beginning.isLikeRequest;
  }

  /** The upstream said `100 Continue`. */
  continue(): void {
    this.#mayStart?.();
  }

  /** The final response came: a body that still waits to begin isn't wanted; one under way goes on beside it. */
  answered(): void {
    if (this.#mayStart !== undefined) this.stop();
  }

  /** The exchange is over: nothing more is read, or written. */
  stop(): void {
    this.#isStopped = true;
    this.#mayStart?.();
  }

  /** Begins to send; of a body that is still to come, the rest is sent while the answer is read. @throws Refusal */
  start(head: string): void {
    // Heads count too: a limit on bodies alone is none for data in queries and headers
    this.#request.countUpload(head.length);
    if (hasContent(this.#request.body.length)) {
      this.#sending = this.#send(head);
      return;
    }
    this.#upstream.socket.write(head, "latin1");
    this.#isDone = true;
  }

  /** `work`, unless the rest of the request fails first. */
  unlessSendingFails<T>(work: Promise<T>): Promise<T> {
    const sending = this.#sending;
    if (sending === undefined || this.#isDone) return work;
    return Promise.race([work, sending.then(never)]);
  }

  /**
   * Resolves when all is sent or stopped.
   * @throws ClientAborted when the client breaks off, Refusal when it breaks the framing or a limit; an upstream that
   * stops reading is not an error here: its answer, or the lack of one, tells
   */
  async #send(head: string): Promise<void> {
    const { socket } = this.#upstream;
    const { body } = this.#request;
    if (body.ask === undefined) return this.#stream(head);
    socket.write(head, "latin1");
    await this.#waitForContinue();
    if (this.#isStopped || socket.destroyed) return;
    body.ask();
    await this.#stream("");
  }

  /** @param head goes out in one write with the first piece, when one is there already */
  async #stream(head: string): Promise<void> {
    const { body } = this.#request;
    const framing = body.length === "unknown" ? chunkFraming : undefined;
    const writer = new BodyWriter(this.#upstream, { head, body, framing });
    await this.#pump(writer);
  }

  async #pump(writer: BodyWriter): Promise<void> {
    const { body, countUpload, record, patience } = this.#request;
    const isChunked = body.length === "unknown";
    let left = typeof body.length === "number" ? body.length : Number.POSITIVE_INFINITY;
    for (;;) {
      const next = body.next();
      const piece = next instanceof Promise ? await next : next;
      if (this.#isOver()) return;
      left -= piece?.length ?? 0;
      // Of a body that a handler put in: more or fewer bytes than the head says would be another request to the upstream
      if (left < 0 || (piece === undefined && left > 0 && !isChunked)) {
        throw new Error("the body isn't as long as its head says");
      }
      if (piece === undefined) break;
      countUpload(piece.length);
      this.#beginning.add(piece);
      record.bytesUp += piece.length;
      writer.write(piece);
      within(this.#upstream.deadline, patience.headMs);
      if (writer.isFull) await writer.drained().catch(() => undefined);
      // Checked before the next read too: after the exchange the client's bytes are another reader's
      if (this.#isOver()) return;
    }
    writer.end(isChunked ? toLastChunk() : "");
    this.#isDone = true;
  }

  #isOver(): boolean {
    return this.#isStopped || this.#upstream.socket.destroyed;
  }

  /** RFC 9110, section 10.1.1: a client of a server that never heard of Expect must not wait for ever. */
  async #waitForContinue(): Promise<void> {
    const { socket } = this.#upstream;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, proxyLimits.continueMs);
    this.#mayStart = resolve;
    socket.once("close", resolve);
    await promise;
    this.#mayStart = undefined;
    clearTimeout(timer);
    // The connection may serve many requests: nothing of this one stays on it
    socket.off("close", resolve);
  }
}

/** A promise that never settles, for the side of a race that only matters when it fails. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

/**
 * Whether a body begins as a request does. A server that answers without reading it takes such a body for the next request
 * on the connection, and the head that follows there, with its credential, for more of that one's headers.
 */
class BodyBeginning {
  #text = "";

  /** @param piece the next one, in order */
  add(piece: Buffer): void {
    if (this.#text.length >= longest) return;
    const start = this.#text === "" ? piece.findIndex((byte) => !skipped.has(byte)) : 0;
    if (start !== -1) this.#text += piece.toString("latin1", start, start + longest);
  }

  get isLikeRequest(): boolean {
    return requestBeginning.test(this.#text);
  }
}
