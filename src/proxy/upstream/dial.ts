import { isIP, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { classifyAddress, isOfTheUser, type AddressClass } from "../../base/address-class.ts";
import type { Authority } from "../../http/authority.ts";
import {
  connectAddress,
  ConnectError,
  openTcpSocket,
  type ConnectedAddress,
  type OpenSocket,
} from "../client/connect-address.ts";
import { findDialTarget, type ConnectTo, type DialTarget } from "../client/connect-to.ts";
import { Refusal } from "../../http/refusal.ts";
import { resolveName, resolveWithHost, type Resolve } from "./resolve.ts";
import type { UpstreamRoots } from "./upstream-roots.ts";
import { openProxyTunnel } from "./upstream-proxy-tunnel.ts";
import { upstreamProxyFor, type UpstreamProxySettings } from "./upstream-proxy.ts";
import { secureUpstream } from "./upstream-tls.ts";

export interface DialerOptions {
  readonly roots: UpstreamRoots;
  /** `--connect-to` entries, in the order given */
  readonly connectTo?: readonly ConnectTo[];
  /** The host's own proxy settings, see `parseUpstreamProxySettings` */
  readonly upstreamProxy?: UpstreamProxySettings;
  /** For tests; the host's resolver otherwise */
  readonly resolve?: Resolve;
  /** For tests, which must not dial public addresses */
  readonly openSocket?: OpenSocket;
}

export interface DialedUpstream {
  /** Connected and, for https, verified; the caller must listen for `error` before it awaits anything */
  readonly socket: Socket | TLSSocket;
  /** IP address that was dialled, or `via HOST:PORT` where the host's own proxy dialled */
  readonly address: string;
}

export interface Dialer {
  /** @throws Refusal, or the signal's reason */
  readonly dial: (
    authority: Authority,
    options?: { signal?: AbortSignal },
  ) => Promise<DialedUpstream>;
}

/**
 * Opens connections to upstreams. A name is resolved once, every address is classified, one that isn't public refuses
 * the whole name, and the very addresses that were checked are dialled (invariant 3). Call it only after the policy
 * said yes. Exempt is what the user's own `--connect-to` maps to an address; such a connection goes there directly, also
 * where the host has a proxy. Behind the host's proxy that proxy resolves names and answers for their addresses.
 */
export function createDialer(options: DialerOptions): Dialer {
  return {
    dial: async (authority, { signal } = {}) => {
      const { socket, address } = await openStream(authority, options, signal);
      if (authority.scheme === "http") return { socket, address };
      return {
        socket: await secureUpstream(socket, authority, { roots: options.roots, signal }),
        address,
      };
    },
  };
}

/**
 * What is dialled for an authority, as far as that can be told before anything is resolved.
 * @throws Refusal 403 `address-not-allowed` for an address that isn't public and that the user didn't choose
 */
export function resolveDialTarget(
  authority: Pick<Authority, "host" | "port">,
  connectTo: readonly ConnectTo[] = [],
): DialTarget & { readonly isMapped: boolean } {
  const { host, port } = authority;
  const mapped = findDialTarget(authority, connectTo);
  const target = mapped ?? { host, port, chosenByUser: false };
  if (isIP(target.host) !== 0 && !target.chosenByUser) refuseUnlessPublic([target.host], authority);
  return { ...target, isMapped: mapped !== undefined };
}

async function openStream(
  authority: Authority,
  options: DialerOptions,
  signal: AbortSignal | undefined,
): Promise<DialedUpstream> {
  const { resolve = resolveWithHost, openSocket = openTcpSocket } = options;
  const target = resolveDialTarget(authority, options.connectTo);
  const proxy = target.isMapped ? undefined : upstreamProxyFor(authority, options.upstreamProxy);
  if (proxy !== undefined) {
    return openProxyTunnel(proxy, authority, { resolve, openSocket, roots: options.roots, signal });
  }
  const addresses =
    isIP(target.host) === 0 ? await resolveName(target.host, resolve, signal) : [target.host];
  if (!target.chosenByUser) refuseUnlessPublic(addresses, authority);
  return connectUpstream(addresses, target.port, { host: authority.host, openSocket, signal });
}

async function connectUpstream(
  addresses: readonly string[],
  port: number,
  options: { host: string; openSocket: OpenSocket; signal: AbortSignal | undefined },
): Promise<ConnectedAddress> {
  const { host } = options;
  try {
    return await connectAddress(addresses, port, options);
  } catch (cause) {
    if (!(cause instanceof ConnectError)) throw cause;
    if (cause.timedOut) {
      throw new Refusal(504, "upstream-timeout", `"${host}" didn't accept a connection in time`, {
        cause,
      });
    }
    const code = (cause.cause as NodeJS.ErrnoException | undefined)?.code ?? "unknown";
    const why = connectFaults[code] ?? `connecting failed (${code})`;
    throw new Refusal(502, "upstream-unreachable", `no connection to "${host}": ${why}`, { cause });
  }
}

const connectFaults: Readonly<Record<string, string>> = {
  ECONNREFUSED: "it refused the connection",
  ECONNRESET: "it reset the connection",
  EHOSTUNREACH: "there is no route to it",
  ENETUNREACH: "there is no route to its network",
  ETIMEDOUT: "it didn't answer",
};

function refuseUnlessPublic(
  addresses: readonly string[],
  { host, port }: Pick<Authority, "host" | "port">,
): void {
  for (const address of addresses) {
    const found = classifyAddress(address);
    if (found === "public") continue;
    // The class and never the address: what a name resolves to inside the host's network is not for the sandbox
    throw new Refusal(403, "address-not-allowed", `"${host}" leads to ${described(found)}`, {
      ...toRemedy(found, host, port),
    });
  }
}

/** None for what no server of the user's is at. Of a name the user has to say the address: the sandbox isn't told it. */
function toRemedy(
  found: AddressClass,
  host: string,
  port: number,
): { remedy?: string; remedyWhen?: string } {
  if (!isOfTheUser(found)) return {};
  const named = host.includes(":") ? `[${host}]` : host;
  const address = isIP(host) === 0 ? "ADDRESS" : named;
  return {
    remedy: `vaultbox run --connect-to ${named}:${port}:${address}:${port} …`,
    remedyWhen: "if that host is meant to be there",
  };
}

function described(found: AddressClass): string {
  if (found === "invalid") return "something that is not an address";
  const article = found === "unspecified" ? "an" : "a";
  return `${article} ${found} address, which the proxy doesn't dial`;
}
