import { proxyLimits } from "../limits.ts";

/**
 * How many tunnels are open only to say why they are refused. Each costs a handshake and perhaps a certificate for a name
 * that the client made up, so there is a limit to those at one time and to new ones in a second.
 */
export class RefusedTunnels {
  readonly #open = new Set<symbol>();
  /** How many may be opened at once from now on, at the time `#at` */
  #left: number = proxyLimits.refusedTunnelBurst;
  #at: number;
  readonly #now: () => number;

  /** @param now the clock in milliseconds, for tests */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#at = now();
  }

  /** Takes a place until it's disposed, once or again; undefined when there is none. */
  enter(): Disposable | undefined {
    const now = this.#now();
    const gained = ((now - this.#at) / 1000) * proxyLimits.refusedTunnelsPerSecond;
    this.#left = Math.min(proxyLimits.refusedTunnelBurst, this.#left + gained);
    this.#at = now;
    if (this.#open.size >= proxyLimits.refusedTunnels || this.#left < 1) return undefined;
    this.#left -= 1;
    const place = Symbol("place");
    this.#open.add(place);
    return { [Symbol.dispose]: () => void this.#open.delete(place) };
  }
}
