import { createServer, type Server, type Socket } from "node:net";
import { openUdpDns, serveTcpDns } from "./dns-server.ts";
import { proxyAddress, type RelayOptions } from "./options.ts";
import { pump } from "./pump.ts";
import type { RelayLink } from "./relay-link.ts";

/** More connections at once than any build tool opens; the box can only starve itself. */
const maxConnections = 2048;

export interface Listeners {
  /** `tcp:127.0.0.1:3128` … */
  readonly listening: readonly string[];
  /** What could not be bound, and why */
  readonly missing: readonly string[];
  readonly close: () => void;
}

interface Opened {
  readonly port: number;
  readonly close: () => void;
}

/** Opens every listener on loopback. Only that of the proxy must succeed; the rest is reported. */
export async function openListeners(
  { ports, address }: Pick<RelayOptions, "ports" | "address">,
  link: RelayLink,
): Promise<Listeners> {
  const sockets = new Set<Socket>();
  const onClient = (client: Socket): void => connectClient(client, link, sockets);
  const onDns = (client: Socket): void => {
    if (track(client, sockets)) serveTcpDns(client, address);
  };
  const { proxy, transparent, dns } = ports;
  const toTcp = (at: string, port: number) => ({
    name: `tcp:${at}`,
    open: () => openTcp(at, port, onClient),
  });
  const wanted: { name: string; open: () => Promise<Opened> }[] = [
    toTcp(proxyAddress, proxy),
    ...transparent.map((port) => toTcp(address, port)),
  ];
  if (dns !== undefined) {
    wanted.push({ name: `dns-udp:${address}`, open: () => openUdpDns(address, dns) });
    wanted.push({ name: `dns-tcp:${address}`, open: () => openTcp(address, dns, onDns) });
  }
  const results = await Promise.allSettled(wanted.map(({ open }) => open()));
  const opened: Opened[] = [];
  const listening: string[] = [];
  const missing: string[] = [];
  for (const [index, result] of results.entries()) {
    const name = wanted[index]?.name ?? "";
    if (result.status === "fulfilled") {
      opened.push(result.value);
      listening.push(`${name}:${result.value.port}`);
    } else missing.push(`${name}: ${toReason(result.reason)}`);
  }
  const close = (): void => {
    for (const one of opened) one.close();
    for (const socket of sockets) socket.destroy();
  };
  if (results[0]?.status !== "fulfilled") {
    close();
    throw new Error(`cannot listen: ${missing[0] ?? ""}`);
  }
  return { listening, missing, close };
}

function openTcp(
  address: string,
  port: number,
  onConnection: (socket: Socket) => void,
): Promise<Opened> {
  const server: Server = createServer(
    { allowHalfOpen: true, noDelay: true, pauseOnConnect: false },
    onConnection,
  );
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: address, port, backlog: 1024, ipv6Only: true }, () => {
      server.off("error", reject);
      // Accept failures (out of descriptors) concern one client only
      server.on("error", () => undefined);
      const bound = server.address();
      resolve({
        port: typeof bound === "object" && bound !== null ? bound.port : port,
        close: () => server.close(),
      });
    });
  });
}

function connectClient(client: Socket, link: RelayLink, sockets: Set<Socket>): void {
  if (!track(client, sockets)) return;
  try {
    pump(client, link.connect());
  } catch {
    // The link is down: the session is ending, and the client learns it by a reset
    client.resetAndDestroy();
  }
}

function track(client: Socket, sockets: Set<Socket>): boolean {
  client.on("error", () => undefined);
  if (sockets.size >= maxConnections) {
    client.resetAndDestroy();
    return false;
  }
  sockets.add(client);
  client.once("close", () => sockets.delete(client));
  return true;
}

function toReason(error: unknown): string {
  if (error instanceof Error) return "code" in error ? String(error.code) : error.message;
  return String(error);
}
