import { type Body, hasContent } from "../../http/body.ts";
import {
  type ByteStream,
  type Exchange,
  type ExchangeCounts,
  type HttpResponse,
  ResponseBroken,
} from "../../http/exchange.ts";
import { chunkFraming, toLastChunk } from "../../http/http1/chunked-decoder.ts";
import type { Http1Request } from "../../http/http1/request-head.ts";
import {
  isChunkedResponse,
  serializeOwnResponse,
  serializeResponse,
  serializeUpgrade,
} from "../../http/http1/serialize.ts";
import { BodyWriter } from "../body-writer.ts";
import { drained } from "../byte-source.ts";
import { openByteStream } from "../byte-stream.ts";
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
    const text = serializeResponse(response);
    if (hasContent(length) && this.request.method !== "HEAD") {
      const isChunked = isChunkedResponse(response);
      const framing = isChunked ? chunkFraming : undefined;
      const writer = new BodyWriter(this.#client, { head: text, body, framing });
      while (body.isDone !== true) {
        const next = body.next();
        const piece = next instanceof Promise ? await next : next;
        if (piece === undefined) break;
        counts.bytesDown += piece.length;
        writer.write(piece);
        if (writer.isFull) await this.#drained(writer.drained());
      }
      writer.end(isChunked ? toLastChunk(body.trailers) : "");
    } else {
      socket.write(text, "latin1");
    }
    if (socket.destroyed) throw new ResponseBroken("client", undefined);
    // A client that sends requests and reads no answers must not fill our memory with them
    if (socket.writableNeedDrain) await this.#drained(drained(socket));
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

  async #drained(waiting: Promise<void>): Promise<void> {
    try {
      await waiting;
    } catch (error) {
      throw new ResponseBroken("client", error);
    }
  }
}

/** An answer of the proxy's own, also where no request was understood; the last on its connection. */
export function refuseOn({ socket }: ClientSide, head: HttpResponse, body: string): void {
  socket.write(serializeOwnResponse(head, body));
}
