import { lookup } from "node:dns/promises";
import { Refusal } from "../../http/refusal.ts";
import { withTimeLimit } from "../time-limit.ts";

/** Every address of a name, in the order to try them; rejects or is empty if there is none. */
export type Resolve = (host: string) => Promise<readonly string[]>;

/** How long the host's resolver may take, in `ms`. */
export const resolveTimeoutMs = 5_000;

/** The host's own resolver (getaddrinfo), so that /etc/hosts and a company's split DNS count. */
export async function resolveWithHost(host: string): Promise<readonly string[]> {
  const entries = await lookup(host, { all: true, order: "verbatim" });
  return entries.map((entry) => entry.address);
}

/**
 * Resolves a name once, within the deadline.
 * @throws Refusal 502 `name-not-resolved`
 */
export async function resolveName(
  host: string,
  resolve: Resolve,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  let addresses: readonly string[];
  try {
    addresses = await withTimeLimit(resolve(host), resolveTimeoutMs, signal);
  } catch (cause) {
    signal?.throwIfAborted();
    throw new Refusal(502, "name-not-resolved", `the name "${host}" could not be resolved`, {
      cause,
    });
  }
  if (addresses.length > 0) return addresses;
  throw new Refusal(502, "name-not-resolved", `the name "${host}" has no address`);
}
