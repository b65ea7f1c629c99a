import { ClientAborted } from "../../http/exchange.ts";
import type { UpstreamConnection } from "./upstream-pool.ts";

/** The end of a client while its request is under way, which ends all that is done for it. */
export class ClientEnd {
  aborted: ClientAborted | undefined;
  upstream: UpstreamConnection | undefined;
  #dialling: AbortController | undefined;

  come(): void {
    this.aborted = new ClientAborted("the client ended the connection");
    this.#dialling?.abort(this.aborted);
    this.upstream?.socket.destroy();
  }

  signal(): AbortSignal {
    this.#dialling ??= new AbortController();
    return this.#dialling.signal;
  }
}
