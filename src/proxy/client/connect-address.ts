import { connect, type Socket } from "node:net";

/** Head start of an address before the next one is tried beside it, in `ms` (RFC 8305 section 5 recommends 250). */
export const connectStaggerMs = 250;

/** How long all addresses of an upstream together may take to accept a connection, in `ms`. */
export const connectTimeoutMs = 10_000;

export interface ConnectedAddress {
  readonly socket: Socket;
  readonly address: string;
}

/** Begins a TCP connection to an address. */
export type OpenSocket = (address: string, port: number) => Socket;

export function openTcpSocket(address: string, port: number): Socket {
  return connect({ host: address, port, noDelay: true });
}

/** None of the addresses accepted a connection; `cause` is the last failure, and `timedOut` says why it ended. */
export class ConnectError extends Error {
  override readonly name = "ConnectError";
  readonly timedOut: boolean;

  constructor(cause: unknown, timedOut: boolean) {
    super("no address accepted a connection", { cause });
    this.timedOut = timedOut;
  }
}

/**
 * Connects to the first of these very addresses that accepts: each gets a head start, a failure starts the next at once,
 * and the losers are destroyed. Nothing is resolved here.
 * @throws ConnectError, or the signal's reason
 */
export function connectAddress(
  addresses: readonly string[],
  port: number,
  options: { signal: AbortSignal | undefined; openSocket: OpenSocket },
): Promise<ConnectedAddress> {
  const { signal, openSocket } = options;
  const { promise, resolve, reject } = Promise.withResolvers<ConnectedAddress>();
  const attempts = new Set<Socket>();
  const waiting = alternateFamilies(addresses);
  let stagger: NodeJS.Timeout | undefined;

  const finish = (winner: Socket | undefined, settle: () => void): void => {
    clearTimeout(stagger);
    clearTimeout(limit);
    signal?.removeEventListener("abort", onAbort);
    for (const socket of attempts) {
      if (socket !== winner)
        socket
          .removeAllListeners()
          .on("error", () => undefined)
          .destroy();
    }
    settle();
  };
  const fail = (error: unknown): void => finish(undefined, () => reject(error));
  const onAbort = (): void => fail(signal?.reason);
  const limit = setTimeout(() => fail(new ConnectError(undefined, true)), connectTimeoutMs);

  const startNext = (): void => {
    clearTimeout(stagger);
    const address = waiting.shift();
    if (address === undefined) return;
    if (waiting.length > 0) stagger = setTimeout(startNext, connectStaggerMs);
    const socket = openSocket(address, port);
    attempts.add(socket);
    const onError = (cause: Error): void => {
      attempts.delete(socket);
      if (waiting.length > 0) startNext();
      else if (attempts.size === 0) fail(new ConnectError(cause, false));
    };
    socket.once("error", onError).once("connect", () => {
      socket.off("error", onError);
      finish(socket, () => resolve({ socket, address }));
    });
  };

  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted) onAbort();
  else startNext();
  return promise;
}

// IPv6 and IPv4 in turn, so that one broken family costs one head start (RFC 8305 section 4)
function alternateFamilies(addresses: readonly string[]): string[] {
  const isFirst = (address: string): boolean =>
    address.includes(":") === addresses[0]?.includes(":");
  const first = addresses.filter(isFirst);
  const second = addresses.filter((address) => !isFirst(address));
  return first
    .flatMap((address, index) => [address, ...second.slice(index, index + 1)])
    .concat(second.slice(first.length));
}
