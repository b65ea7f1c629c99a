import type { SecureContext } from "node:tls";

export interface Leaf {
  readonly context: SecureContext;
  /** Milliseconds since 1970: from then on it's replaced before it's shown to a client */
  readonly renewAt: number;
}

/** The leaves of the hosts that were asked for last; a session that names more costs time, never memory. */
export class LeafCache {
  // Last in the map is last used
  readonly #leaves = new Map<string, Leaf>();
  readonly #most: number;
  readonly #mint: (host: string) => Leaf;

  constructor(most: number, mint: (host: string) => Leaf) {
    this.#most = most;
    this.#mint = mint;
  }

  /** Minting is synchronous, so connections that ask for the same host at once can't mint it twice. */
  contextFor(host: string, now: number): SecureContext {
    const cached = this.#leaves.get(host);
    const leaf = cached !== undefined && now < cached.renewAt ? cached : this.#mint(host);
    this.#leaves.delete(host);
    this.#leaves.set(host, leaf);
    if (this.#leaves.size > this.#most) this.#dropOldest();
    return leaf.context;
  }

  #dropOldest(): void {
    const [oldest] = this.#leaves;
    if (oldest === undefined) return;
    const [host, { context }] = oldest;
    this.#leaves.delete(host);
    // The collector sees 100 bytes where OpenSSL holds 31 KB, so a client that names a new host each time would cost
    // gigabytes before it runs. Node has no public call to free a context; connections that use it keep it alive.
    (context as { context?: { close?: () => void } }).context?.close?.();
  }
}
