/** How the relay reaches the proxy, from its argument list. */
export interface RelayOptions {
  readonly link: "auto" | "unix" | "stdio";
  /** Path of the mounted socket; empty with `stdio` */
  readonly socket: string;
  /** Shared with the host for this session, hex; proves both ends of a mounted socket to each other */
  readonly nonce: string;
  readonly ports: RelayPorts;
  /** IPv4 address of the transparent listeners and the resolver, which every name has */
  readonly address: string;
  /** The process id that exists only for the system call filter; undefined outside a container (tests) */
  readonly filterMark: number | undefined;
}

/** Ports on loopback; 0 takes any free one (tests). */
export interface RelayPorts {
  readonly proxy: number;
  /** Transparent HTTP and TLS; empty for none */
  readonly transparent: readonly number[];
  readonly dns: number | undefined;
}

/** Where the proxy listens, as variables in the sandbox say */
export const proxyAddress = "127.0.0.1";

const standardPorts: RelayPorts = { proxy: 3128, transparent: [80, 443], dns: 53 };

/** Parses `--name=value` arguments; an unknown or missing one is an error, the host and the relay are of one version. */
export function parseRelayOptions(args: readonly string[]): RelayOptions {
  const values = new Map<string, string>();
  for (const argument of args) {
    const match =
      /^--(link|socket|nonce|proxy-port|transparent-ports|dns-port|filter-mark|address)=(.*)$/.exec(
        argument,
      );
    if (match === null) throw new Error(`unknown argument ${JSON.stringify(argument)}`);
    values.set(match[1] ?? "", match[2] ?? "");
  }
  const link = values.get("link");
  if (link !== "auto" && link !== "unix" && link !== "stdio") throw new Error("no valid --link");
  const socket = values.get("socket") ?? "";
  const nonce = values.get("nonce") ?? "";
  if (link !== "stdio" && socket === "") throw new Error("no --socket");
  if (!/^[0-9a-f]{32,}$/.test(nonce)) throw new Error("no valid --nonce");
  const mark = values.get("filter-mark");
  const filterMark = mark === undefined ? undefined : Number(mark);
  const address = values.get("address") ?? proxyAddress;
  return { link, socket, nonce, ports: parsePorts(values), address, filterMark };
}

function parsePorts(values: ReadonlyMap<string, string>): RelayPorts {
  const proxy = values.get("proxy-port");
  const transparent = values.get("transparent-ports");
  const dns = values.get("dns-port");
  return {
    proxy: proxy === undefined ? standardPorts.proxy : Number(proxy),
    transparent:
      transparent === undefined
        ? standardPorts.transparent
        : transparent.split(",").filter(Boolean).map(Number),
    dns: dns === undefined ? standardPorts.dns : dns === "none" ? undefined : Number(dns),
  };
}
