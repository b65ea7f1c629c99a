import { type Body, type BodyLength, hasContent, type NextPiece } from "../../http/body.ts";
import { type ByteStream, type HttpResponse, ResponseBroken } from "../../http/exchange.ts";
import { type HeaderField, headerValues, toClientTrailers } from "../../http/header-fields.ts";
import { type BodyReader, readBody } from "../../http/http1/body-reader.ts";
import {
  type Framing,
  type Http1Response,
  parseResponseFields,
  responseFraming,
} from "../../http/http1/response-head.ts";
import { within } from "../deadlines.ts";
import { proxyLimits } from "../limits.ts";
import type { Conversation } from "./converse.ts";
import type { RequestBodyPump } from "./request-body-pump.ts";
import type { UpstreamAnswer } from "./upstream.ts";

/** An answer on its way from an upstream that speaks HTTP/1. */
export class Http1Answer implements UpstreamAnswer, Body {
  head: HttpResponse;
  /** Of the body, which is this too: a literal with an accessor for each answer took a fifth more of the processor */
  readonly length: BodyLength;
  upgraded: ByteStream | undefined;
  readonly #conversation: Conversation;
  readonly #pump: RequestBodyPump;
  readonly #response: Http1Response;
  readonly #framing: Framing;
  readonly #isLast: boolean;
  readonly #reader: BodyReader;
  #isRead: boolean;

  /** @throws Refusal 502 `upstream-invalid` when it can't be told where its body ends */
  constructor(
    conversation: Conversation,
    parts: {
      readonly pump: RequestBodyPump;
      readonly response: Http1Response;
      /** Whether the upstream was told that nothing follows */
      readonly isLast: boolean;
    },
  ) {
    const { request, upstream } = conversation;
    const { response } = parts;
    this.head = response;
    this.#conversation = conversation;
    this.#pump = parts.pump;
    this.#response = response;
    this.#isLast = parts.isLast;
    this.#framing = responseFraming(request.method, response);
    const length = this.#framing === "until-close" ? "unknown" : this.#framing;
    this.#isRead = !hasContent(length);
    this.length = length;
    this.#reader = readBody(upstream.source, this.#framing, "upstream");
  }

  unlessSendingFails<T>(work: Promise<T>): Promise<T> {
    return this.#pump.unlessSendingFails(work);
  }

  close(): void {
    const { request, upstream, pool, end } = this.#conversation;
    end.forget();
    const isWhole = this.#isRead && this.#pump.isDone && this.#framing !== "until-close";
    const stays = isWhole && this.#response.keepAlive && !this.#isLast && !this.#mayBeUnread();
    this.#pump.stop();
    keepIdleHint(this.#conversation, this.#response);
    if (stays && request.client !== undefined) pool.release(upstream);
    else pool.discard(upstream);
  }

  get body(): Body {
    return this;
  }

  get isReady(): boolean {
    return this.#conversation.upstream.source.buffered > 0;
  }

  /** @throws Refusal 502 `upstream-invalid` */
  get trailers(): readonly HeaderField[] | undefined {
    if (!this.#conversation.request.takesTrailers) return undefined;
    return toClientTrailers(parseResponseFields(this.#reader.trailers ?? [], 0));
  }

  get isDone(): boolean {
    return this.#isRead;
  }

  next(): NextPiece {
    // After an upgrade there is no silence that would be too long for an answer
    if (this.upgraded !== undefined) return this.upgraded.next();
    try {
      const piece = this.#reader.next();
      return piece instanceof Promise ? this.#wait(piece) : this.#took(piece);
    } catch (error) {
      throw this.#toBroken(error);
    }
  }

  async #wait(coming: Promise<Buffer | undefined>): Promise<Buffer | undefined> {
    const { request, upstream } = this.#conversation;
    within(upstream.deadline, request.patience.silenceMs);
    try {
      return this.#took(await coming);
    } catch (error) {
      throw this.#toBroken(error);
    }
  }

  #took(piece: Buffer | undefined): Buffer | undefined {
    // Whoever reads it may take time for it
    this.#conversation.upstream.deadline.at = Number.POSITIVE_INFINITY;
    if (piece === undefined || this.#reader.isDone) this.#isRead = true;
    return piece;
  }

  #toBroken(error: unknown): Error {
    return this.#conversation.end.aborted ?? new ResponseBroken("upstream", error);
  }

  /**
   * Whether the upstream may have left the body, or the rest of it, unread and take it for a request, which the next head on
   * its connection would complete. Servers do so where they refuse or redirect, and where nobody asks for a body.
   */
  #mayBeUnread(): boolean {
    const { request } = this.#conversation;
    if (!hasContent(request.body.length)) return false;
    return this.#response.status >= 300 || this.#pump.beginsLikeRequest;
  }
}

/** `Keep-Alive: timeout=N` is how long the upstream keeps it; we give up a second earlier. */
function keepIdleHint({ upstream }: Conversation, { fields }: Http1Response): void {
  for (const value of headerValues(fields, "keep-alive")) {
    const seconds = /timeout=(\d{1,5})/.exec(value)?.[1];
    if (seconds === undefined) continue;
    upstream.idleMs = Math.min(
      proxyLimits.idleUpstreamMs,
      Math.max(0, Number(seconds) * 1000 - 1000),
    );
  }
}
