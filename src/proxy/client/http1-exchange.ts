import { type Body, hasContent } from "../../http/body.ts";
import {
  type ByteStream,
  type Exchange,
  type ExchangeCounts,
  type HttpResponse,
  ResponseBroken,
} from "../../http/exchange.ts";
import { toChunk, toLastChunk } from "../../http/http1/chunked-decoder.ts";
import type { Http1Request } from "../../http/http1/request-head.ts";
import {
  isChunkedResponse,
  serializeOwnResponse,
  serializeResponse,
  serializeUpgrade,
} from "../../http/http1/serialize.ts";
import { drained } from "../byte-source.ts";
import { openByteStream } from "../byte-stream.ts";
import { writePiece } from "../write-piece.ts";
import { ClientBody } from "./client-body.ts";
import type { ClientSide } from "./client-side.ts";

/** One request on a client's connection, and its answer, in HTTP/1. */
export class Http1Exchange implements Exchange {
  readonly request: Http1Request;
  readonly body: ClientBody;
  readonly #client: ClientSide;
  #keeps = false;

  constructor(client: ClientSide, request: Http1Request) {
    this.#client = client;
    this.request = request;
    this.body = new ClientBody(client, request);
  }

  /** Whether the connection can take another request. */
  get keeps(): boolean {
    return this.#keeps;
  }

  get isClosed(): boolean {
    return this.#client.socket.destroyed;
  }

  get isGone(): boolean {
    return this.#client.source.isGone;
  }

  onGone(callback: (() => void) | undefined): void {
    this.#client.source.onEnd(callback);
  }

  async respond(
    head: HttpResponse,
    body: Body,
    counts: Pick<ExchangeCounts, "bytesDown">,
  ): Promise<void> {
    const { socket } = this.#client;
    // An answer before the end of the request's body: what may be left of it can't be told from a next request
    const keeps = this.request.keepAlive && this.body.isDone;
    const { length } = body;
    const response = { head, length, request: this.request, close: !keeps };
    const isChunked = isChunkedResponse(response);
    let pending: string | undefined = serializeResponse(response);
    const hasBody = hasContent(length) && this.request.method !== "HEAD";
    if (!hasBody || body.isReady !== true) {
      socket.write(pending, "latin1");
      pending = undefined;
    }
    while (hasBody) {
      const next = body.next();
      const piece = next instanceof Promise ? await next : next;
      if (piece === undefined) break;
      counts.bytesDown += piece.length;
      const bytes = isChunked ? toChunk(piece) : piece;
      const isFull = !writePiece(socket, pending === undefined ? bytes : joined(pending, bytes));
      pending = undefined;
      if (isFull) await this.#drained();
      if (body.isDone === true) break;
    }
    if (isChunked) socket.write(`${pending ?? ""}${toLastChunk(body.trailers)}`, "latin1");
    else if (pending !== undefined) socket.write(pending, "latin1");
    if (socket.destroyed) throw new ResponseBroken("client", undefined);
    // A client that sends requests and reads no answers must not fill our memory with them
    if (socket.writableNeedDrain) await this.#drained();
    this.#keeps = keeps;
  }

  refuse(head: HttpResponse, body: string): void {
    refuseOn(this.#client, head, body);
  }

  upgrade(head: HttpResponse): ByteStream {
    const { socket, source, deadline } = this.#client;
    socket.write(serializeUpgrade(this.request.headers, head), "latin1");
    // A side that has ended may still be answered: whoever reads the bytes sees it, in order
    source.onEnd(undefined);
    return openByteStream({ socket, source, deadline });
  }

  reset(): void {
    this.#client.socket.destroy();
  }

  async #drained(): Promise<void> {
    try {
      await drained(this.#client.socket);
    } catch (error) {
      throw new ResponseBroken("client", error);
    }
  }
}

function joined(head: string, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(head, "latin1"), bytes]);
}

/** An answer of the proxy's own, also where no request was understood; the last on its connection. */
export function refuseOn({ socket }: ClientSide, head: HttpResponse, body: string): void {
  socket.write(serializeOwnResponse(head, body));
}
