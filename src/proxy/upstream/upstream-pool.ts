import type { Duplex } from "node:stream";
import { rememberingLast } from "../../base/remembered.ts";
import { type Authority, sameAuthority } from "../../http/authority.ts";
import { parseResponseHead } from "../../http/http1/response-head.ts";
import { ByteSource } from "../byte-source.ts";
import { type Deadline, type Deadlines } from "../deadlines.ts";
import type { Dialer } from "./dial.ts";
import { proxyLimits } from "../limits.ts";
import type { ReadAhead } from "../read-ahead.ts";

/** One connection to an upstream, used by one request at a time. */
export interface UpstreamConnection {
  readonly authority: Authority;
  /** `vault/name` of what its requests carry, or empty */
  readonly credential: string;
  readonly socket: Duplex;
  readonly source: ByteSource;
  /** Remembers the last head */
  readonly parseHead: typeof parseResponseHead;
  /** The checked address that was dialled */
  readonly address: string;
  readonly deadline: Deadline;
  /** Set when the deadline ended it */
  timedOut: boolean;
  /** Whether an earlier request used it */
  reused: boolean;
  /** `performance.now()` of the last use */
  usedAt: number;
  /** Idle time the upstream announced or ours, ms */
  idleMs: number;
}

export interface UpstreamPoolOptions {
  readonly dialer: Dialer;
  readonly deadlines: Deadlines;
  readonly readAhead: ReadAhead;
}

/**
 * Keep-alive connections to upstreams, one pool for a session. The key is origin and credential (invariant 2), so a
 * connection that carried one credential never carries another; each was dialled at a checked, pinned address.
 */
export class UpstreamPool {
  readonly #options: UpstreamPoolOptions;
  /** By host, the most recently used last */
  readonly #idle = new Map<string, UpstreamConnection[]>();
  #idleCount = 0;

  constructor(options: UpstreamPoolOptions) {
    this.#options = options;
  }

  /**
   * A kept connection, if there is one.
   * @param credential `vault/name`, or empty without one
   * @param reuse `recent` takes a connection only if it can hardly have been closed meanwhile
   */
  take(
    authority: Authority,
    credential: string,
    reuse: "any" | "recent",
  ): UpstreamConnection | undefined {
    const list = this.#idle.get(authority.host);
    if (list === undefined) return undefined;
    const now = performance.now();
    for (let at = list.length - 1; at >= 0; at -= 1) {
      const connection = list[at];
      if (connection === undefined || connection.credential !== credential) continue;
      if (!sameAuthority(connection.authority, authority)) continue;
      if (reuse === "recent" && now - connection.usedAt > proxyLimits.idleForUnsafeMs) {
        return undefined;
      }
      this.#remove(list, at);
      connection.source.onEnd(undefined);
      connection.deadline.at = Number.POSITIVE_INFINITY;
      // Bytes that nobody asked for, an end, or a socket that just closed: not one to send a request on
      const isUsable =
        connection.source.buffered === 0 &&
        !connection.source.ended &&
        !connection.socket.destroyed;
      if (isUsable) return connection;
      this.discard(connection);
    }
    return undefined;
  }

  /** A new connection. @throws Refusal, or the signal's reason */
  async dial(
    authority: Authority,
    credential: string,
    signal: AbortSignal,
  ): Promise<UpstreamConnection> {
    const { socket, address } = await this.#options.dialer.dial(authority, { signal });
    const connection: UpstreamConnection = {
      authority,
      credential,
      socket,
      source: new ByteSource(socket, this.#options.readAhead),
      parseHead: rememberingLast(parseResponseHead),
      address,
      deadline: this.#options.deadlines.add(() => {
        connection.timedOut = true;
        socket.destroy();
      }),
      timedOut: false,
      reused: false,
      usedAt: performance.now(),
      idleMs: proxyLimits.idleUpstreamMs,
    };
    return connection;
  }

  /** Gives back a connection whose response was read to its end. */
  release(connection: UpstreamConnection): void {
    connection.usedAt = performance.now();
    connection.deadline.at = connection.usedAt + connection.idleMs;
    connection.reused = true;
    const isClean = connection.source.buffered === 0 && !connection.socket.destroyed;
    if (!isClean || connection.source.ended || this.#idleCount >= proxyLimits.idleUpstreams) {
      this.discard(connection);
      return;
    }
    connection.source.onEnd(() => this.#forget(connection));
    const { host } = connection.authority;
    const list = this.#idle.get(host);
    if (list === undefined) this.#idle.set(host, [connection]);
    else list.push(connection);
    this.#idleCount++;
  }

  discard(connection: UpstreamConnection): void {
    this.#options.deadlines.delete(connection.deadline);
    connection.socket.destroy();
  }

  close(): void {
    for (const list of this.#idle.values()) for (const connection of list) this.discard(connection);
    this.#idle.clear();
    this.#idleCount = 0;
  }

  /** Takes one out of the list of its host. */
  #remove(list: UpstreamConnection[], at: number): void {
    const connection = at === list.length - 1 ? list.pop() : list.splice(at, 1)[0];
    this.#idleCount--;
    if (connection !== undefined && list.length === 0) this.#idle.delete(connection.authority.host);
  }

  #forget(connection: UpstreamConnection): void {
    const list = this.#idle.get(connection.authority.host);
    const at = list?.indexOf(connection) ?? -1;
    if (list !== undefined && at !== -1) this.#remove(list, at);
    this.discard(connection);
  }
}
