import { isAbsolute } from "node:path";

/** TLS material of a remote engine, PEM. */
export interface EngineTls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly verify: boolean;
}

/** Where an engine's API is. `path` is a unix socket or a Windows named pipe. */
export type EngineEndpoint =
  | { readonly kind: "socket"; readonly path: string }
  | {
      readonly kind: "tcp";
      readonly host: string;
      readonly port: number;
      readonly tls?: EngineTls;
    };

/**
 * For requests to a socket, which has no name for TLS: Node would look for one in `localhost`, and compile its patterns of
 * addresses for that, 3 ms of each start.
 */
export const withoutServerName = { servername: "" } as const;

/** One place to look at, or the reason why that place can't be used. */
export type EndpointOrReason = EngineEndpoint | { readonly kind: "unusable"; readonly why: string };

const defaultSocket = "/var/run/docker.sock";
const defaultPipe = "//./pipe/docker_engine";
/** Ports that the Docker Engine uses without and with TLS */
const defaultPort = { plain: 2375, tls: 2376 } as const;

/** The endpoint in a `DOCKER_HOST` or in a context's `Host`; never throws. */
export function parseDockerHost(value: string, tls: EngineTls | undefined): EndpointOrReason {
  if (value.startsWith("unix://")) return toSocket(value.slice("unix://".length) || defaultSocket);
  if (value.startsWith("npipe://")) {
    return { kind: "socket", path: value.slice("npipe://".length) || defaultPipe };
  }
  if (value.startsWith("ssh://")) return { kind: "unusable", why: sshReason(value) };
  const text = value.includes("://") ? value : `tcp://${value}`;
  if (!URL.canParse(text)) return { kind: "unusable", why: "it is not a URL" };
  const url = new URL(text);
  if (!["tcp:", "http:", "https:"].includes(url.protocol)) {
    return {
      kind: "unusable",
      why: `its scheme "${url.protocol}//" is not one of unix, tcp, npipe`,
    };
  }
  if (url.hostname === "") return { kind: "unusable", why: "it names no host" };
  const usesTls = tls !== undefined || url.protocol === "https:";
  const port = url.port === "" ? defaultPort[usesTls ? "tls" : "plain"] : Number(url.port);
  return {
    kind: "tcp",
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port,
    ...(usesTls ? { tls: tls ?? { verify: true } } : {}),
  };
}

/** The endpoint as the docker command writes it. */
export function toDockerHost(endpoint: EngineEndpoint): string {
  if (endpoint.kind === "tcp") return `tcp://${endpoint.host}:${endpoint.port}`;
  return `${endpoint.path.startsWith("//./") ? "npipe" : "unix"}://${endpoint.path}`;
}

function toSocket(path: string): EndpointOrReason {
  return isAbsolute(path)
    ? { kind: "socket", path }
    : { kind: "unusable", why: "its socket path is not absolute" };
}

function sshReason(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const user = url === undefined || url.username === "" ? "" : `${url.username}@`;
  const target = url === undefined ? "HOST" : `${user}${url.host}`;
  return (
    `vaultbox does not start ssh itself; forward the socket ` +
    `(ssh -nNT -L /tmp/engine.sock:${defaultSocket} ${target}) and set DOCKER_HOST=unix:///tmp/engine.sock`
  );
}
