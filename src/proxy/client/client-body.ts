import type { ClientSide } from "./client-side.ts";
import { within } from "../deadlines.ts";
import { readBody, type BodyReader } from "../../http/http1/body-reader.ts";
import { hasContent, type RequestHead } from "../../http/http1/request-head.ts";
import { proxyLimits } from "../limits.ts";
import { Refusal } from "../../http/refusal.ts";

const continueLine = "HTTP/1.1 100 Continue\r\n\r\n";

/** The client's side failed while its body was read: nobody is left to answer. */
export class ClientAborted extends Error {}

/** The body of one request as the client sends it; whoever reads it, a handler or the way upstream, reads on. */
export class ClientBody {
  readonly #client: ClientSide;
  readonly #reader: BodyReader;
  #waitsForContinue: boolean;
  #isDone: boolean;
  #isReleased = false;
  /** Read ahead to know whether there is anything */
  #first: Buffer | undefined;

  constructor(client: ClientSide, head: RequestHead) {
    this.#client = client;
    this.#reader = readBody(client.source, head.body, "client");
    this.#isDone = !hasContent(head.body);
    this.#waitsForContinue = head.expectsContinue && !this.#isDone;
  }

  /** Whether all of it was read: only then can what follows on the connection be a next request. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Whether some of it is there already. */
  get isBuffered(): boolean {
    return this.#first !== undefined || this.#client.source.buffered > 0;
  }

  /** Whether it turns out to have no byte; waits for the first one, unless the client waits for `100 Continue`. */
  async isEmpty(): Promise<boolean> {
    if (this.#waitsForContinue || this.#first !== undefined) return false;
    this.#first = await this.next();
    return this.#first === undefined;
  }

  /** Answers `Expect: 100-continue`, once. */
  continue(): void {
    if (!this.#waitsForContinue) return;
    this.#waitsForContinue = false;
    this.#client.socket.write(continueLine, "latin1");
  }

  /** The exchange is over: the client's deadline is somebody else's from now on. */
  release(): void {
    this.#isReleased = true;
  }

  /**
   * The next piece without its framing, undefined at the end.
   * @throws Refusal when the framing is broken, ClientAborted when the client breaks off
   */
  async next(): Promise<Buffer | undefined> {
    const first = this.#first;
    if (first !== undefined) {
      this.#first = undefined;
      return first;
    }
    if (this.#isDone) return undefined;
    within(this.#client.deadline, proxyLimits.requestBodyIdleMs);
    try {
      const piece = await this.#reader.next();
      if (piece === undefined) this.#isDone = true;
      return piece;
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw new ClientAborted("the client broke off its request", { cause: error });
    } finally {
      if (!this.#isReleased) this.#client.deadline.at = Number.POSITIVE_INFINITY;
    }
  }
}
