import { ClientAborted, type Exchange } from "../../http/exchange.ts";
import type { UpstreamConnection } from "./upstream-pool.ts";

/** The end of a client while its request is under way, which ends all that is done for it. */
export class ClientEnd {
  aborted: ClientAborted | undefined;
  upstream: UpstreamConnection | undefined;
  readonly #client: Pick<Exchange, "onGone"> | undefined;
  #dialling: AbortController | undefined;

  /** As most servers do, a client that ends its side is taken to have given up. */
  constructor(client: Pick<Exchange, "onGone"> | undefined) {
    this.#client = client;
    client?.onGone(() => this.#come());
  }

  /** It doesn't matter any more. */
  forget(): void {
    this.#client?.onGone(undefined);
  }

  #come(): void {
    this.aborted = new ClientAborted("the client ended the connection");
    this.#dialling?.abort(this.aborted);
    this.upstream?.socket.destroy();
  }

  signal(): AbortSignal {
    this.#dialling ??= new AbortController();
    return this.#dialling.signal;
  }
}
