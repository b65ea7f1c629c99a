import { type Body, type BodyLength, hasContent, type NextPiece } from "../../http/body.ts";
import { ClientAborted } from "../../http/exchange.ts";
import { type BodyReader, readBody } from "../../http/http1/body-reader.ts";
import type { Http1Request } from "../../http/http1/request-head.ts";
import { Refusal } from "../../http/refusal.ts";
import { within } from "../deadlines.ts";
import { proxyLimits } from "../limits.ts";
import type { ClientSide } from "./client-side.ts";

const continueLine = "HTTP/1.1 100 Continue\r\n\r\n";

/** The body of one request as a client of HTTP/1 sends it. */
export class ClientBody implements Body {
  readonly length: BodyLength;
  readonly #client: ClientSide;
  readonly #reader: BodyReader;
  #waitsForContinue: boolean;
  #isDone: boolean;
  #isReleased = false;
  /** Read ahead to know whether there is anything */
  #first: Buffer | undefined;

  constructor(client: ClientSide, head: Http1Request) {
    this.#client = client;
    this.length = head.body;
    this.#reader = readBody(client.source, head.body, "client");
    this.#isDone = !hasContent(head.body);
    this.#waitsForContinue = head.expectsContinue && !this.#isDone;
  }

  /** Whether all of it was read: only then can what follows on the connection be a next request. */
  get isDone(): boolean {
    return this.#isDone;
  }

  get isReady(): boolean {
    return this.#first !== undefined || this.#client.source.buffered > 0;
  }

  async isEmpty(): Promise<boolean> {
    if (this.#waitsForContinue || this.#first !== undefined) return false;
    this.#first = await this.next();
    return this.#first === undefined;
  }

  get ask(): (() => void) | undefined {
    return this.#waitsForContinue ? this.#ask : undefined;
  }

  readonly #ask = (): void => {
    this.#waitsForContinue = false;
    this.#client.socket.write(continueLine, "latin1");
  };

  /** The exchange is over: the client's deadline is somebody else's from now on. */
  release(): void {
    this.#isReleased = true;
  }

  next(): NextPiece {
    const first = this.#first;
    if (first !== undefined) {
      this.#first = undefined;
      return first;
    }
    if (this.#isDone) return undefined;
    try {
      const piece = this.#reader.next();
      return piece instanceof Promise ? this.#wait(piece) : this.#took(piece);
    } catch (error) {
      throw toAborted(error);
    }
  }

  async #wait(coming: Promise<Buffer | undefined>): Promise<Buffer | undefined> {
    within(this.#client.deadline, proxyLimits.requestBodyIdleMs);
    try {
      return this.#took(await coming);
    } catch (error) {
      throw toAborted(error);
    } finally {
      if (!this.#isReleased) this.#client.deadline.at = Number.POSITIVE_INFINITY;
    }
  }

  #took(piece: Buffer | undefined): Buffer | undefined {
    if (piece === undefined || this.#reader.isDone) this.#isDone = true;
    return piece;
  }
}

function toAborted(error: unknown): Error {
  if (error instanceof Refusal) return error;
  return new ClientAborted("the client broke off its request", { cause: error });
}
