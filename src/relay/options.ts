import { parseServicePorts, type ServicePort } from "./services.ts";

/** How the relay reaches the proxy, from its argument list. */
export interface RelayOptions {
  readonly link: "auto" | "unix" | "stdio";
  /** Path of the mounted socket; empty with `stdio` */
  readonly socket: string;
  /** Shared with the host for this session, hex; proves both ends of a mounted socket to each other */
  readonly nonce: string;
  readonly services: readonly ServicePort[];
  /** The process id that exists only for the system call filter; undefined outside a container (tests) */
  readonly filterMark: number | undefined;
}

/** Parses `--name=value` arguments; an unknown or missing one is an error, the host and the relay are of one version. */
export function parseRelayOptions(args: readonly string[]): RelayOptions {
  const values = new Map<string, string>();
  for (const argument of args) {
    const match = /^--(link|socket|nonce|services|filter-mark)=(.*)$/.exec(argument);
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
  const services = parseServicePorts(JSON.parse(values.get("services") ?? "[]"));
  return { link, socket, nonce, services, filterMark };
}
