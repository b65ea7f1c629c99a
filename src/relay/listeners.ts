import { createServer, type Server, type Socket } from "node:net";
import { openUdpDns, serveTcpDns } from "./dns-server.ts";
import { pump } from "./pump.ts";
import type { RelayLink } from "./relay-link.ts";
import { toStreamHeader, type ServicePort } from "./protocol.ts";

/** More connections at once than any build tool opens; the box can only starve itself. */
const maxConnections = 2048;

export interface Listeners {
  /** `proxy:127.0.0.1:3128` … */
  readonly listening: readonly string[];
  /** What could not be bound, and why */
  readonly missing: readonly string[];
  readonly close: () => void;
}

interface Opened {
  readonly port: number;
  readonly close: () => void;
}

/** Opens every listener on loopback. What isn't required and can't be bound is reported. */
export async function openListeners(
  services: readonly ServicePort[],
  link: RelayLink,
): Promise<Listeners> {
  const sockets = new Set<Socket>();
  const wanted = services.flatMap((one) => toListeners(one, link, sockets));
  const results = await Promise.allSettled(wanted.map(({ open }) => open()));
  const opened: Opened[] = [];
  const listening: string[] = [];
  const missing: string[] = [];
  let failure: string | undefined;
  for (const [index, result] of results.entries()) {
    const { name = "", required = false } = wanted[index] ?? {};
    if (result.status === "fulfilled") {
      opened.push(result.value);
      listening.push(`${name}:${result.value.port}`);
    } else {
      const reason = `${name}: ${toReason(result.reason)}`;
      missing.push(reason);
      if (required) failure ??= reason;
    }
  }
  const close = (): void => {
    for (const one of opened) one.close();
    for (const socket of sockets) socket.destroy();
  };
  if (failure !== undefined) {
    close();
    throw new Error(`cannot listen: ${failure}`);
  }
  return { listening, missing, close };
}

interface Listener {
  readonly name: string;
  readonly required?: boolean | undefined;
  readonly open: () => Promise<Opened>;
}

/** Names are answered in here; the connections of every other service become streams on the link. */
function toListeners(
  { service, address, port, required }: ServicePort,
  link: RelayLink,
  sockets: Set<Socket>,
): readonly Listener[] {
  if (service === "dns") {
    const onClient = (client: Socket): void => {
      if (track(client, sockets)) serveTcpDns(client, address);
    };
    return [
      { name: `dns-udp:${address}`, required, open: () => openUdpDns(address, port) },
      { name: `dns-tcp:${address}`, required, open: () => openTcp(address, port, onClient) },
    ];
  }
  const onClient = (client: Socket): void => {
    if (track(client, sockets)) connectClient(client, link, service);
  };
  const open = (): Promise<Opened> => openTcp(address, port, onClient);
  return [{ name: `${service}:${address}`, required, open }];
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

function connectClient(client: Socket, link: RelayLink, service: string): void {
  try {
    const stream = link.connect();
    // Before anything of the client, and whether it sends something or waits for the server
    stream.write(toStreamHeader(service));
    pump(client, stream);
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
