/**
 * What the host and the relay say to each other, for both of them.
 *
 * A relay container starts without knowing a session: it has an id of its own, no secret, no workspace, and listens
 * nowhere. A session acquires it, once:
 *
 *     session → relay   {"session":"hello"}
 *     relay → session   {"relay":"hello","id":"0123456789ab","version":2}
 *     session → relay   {"session":"acquire","by":"ab0123456789","token":"…","link":"auto","socket":"…","services":[…]}
 *     relay → session   {"relay":"ready","by":"ab0123456789","link":"unix","listening":["proxy:127.0.0.1:3128"], …}
 *
 * These are lines of JSON, on the relay's stdin and stderr. The session sends nothing to a relay of another id or version,
 * and serves nothing before it was `ready` for it. Who asks to acquire it again gets `refused`. `fallback` says that the
 * mounted socket didn't work, `failed` and `ended` why the relay ends. It ends with its stdin, whoever had it.
 *
 * From then on, clients' connections are streams on the link:
 *
 * - `unix`: the relay connects to the mounted socket, sends "VBX2 TOKEN\n" and gets "VBX2 ok\n". That connection stays open
 *   as a sign of life. Every later one is a stream; before it there are none.
 * - `stdio`: stdin (after the line that acquired the relay) and stdout carry HTTP/2, with the relay as its client. Every
 *   request is a stream; an abort is a reset with CANCEL.
 *
 * A stream begins with the name of its service and a line feed, "proxy\n", at most 33 bytes of ASCII. The relay takes it from
 * the port that the client connected to, so that the host guesses nothing from a client's first byte, and can serve protocols
 * in which the server speaks first. All that follows is the client's.
 */
export const protocolVersion = 2;

/** One port in the sandbox, and the service that its connections are for. */
export interface ServicePort {
  /** `proxy`, `http`, `https`, `port:5432` …; `dns` is answered by the relay itself and makes no streams */
  readonly service: string;
  /** IPv4, of loopback */
  readonly address: string;
  /** 0 takes any free one (tests) */
  readonly port: number;
  /** Without it the sandbox is of no use: a relay that can't listen there ends */
  readonly required?: boolean;
}

/** What binds a relay to a session. */
export interface Acquisition {
  /** The session's id */
  readonly by: string;
  /** Hex; shows the host that the other end of the mounted socket is the relay it acquired */
  readonly token: string;
  readonly link: "auto" | "unix" | "stdio";
  /** Path of the mounted socket; empty with `stdio` */
  readonly socket: string;
  readonly services: readonly ServicePort[];
}

/** What a session says. */
export type SessionLine =
  | { readonly session: "hello" }
  | ({ readonly session: "acquire" } & Acquisition);

/** Longest line that a session may send, in bytes */
export const maxLineBytes = 64 * 1024;

/** Bytes that one stream of HTTP/2 may have on the way; more than the link's bandwidth × delay (700 MB/s × 150 µs) */
export const streamWindowBytes = 256 * 1024;
/** Enough for many stalled streams beside a busy one; bounds what is buffered at either end */
export const sessionWindowBytes = 32 * 1024 * 1024;

/** Longest name of a service, in bytes */
export const maxServiceLength = 32;

export function isServiceName(text: string): boolean {
  return text.length <= maxServiceLength && /^[a-z][a-z0-9]*(?::[0-9]{1,5})?$/.test(text);
}

export function toStreamHeader(service: string): string {
  return `${service}\n`;
}

/** @throws Error for anything else: a relay does nothing by halves */
export function parseSessionLine(text: string): SessionLine {
  const value = Object(JSON.parse(text)) as Record<string, unknown>;
  if (value["session"] === "hello") return { session: "hello" };
  const { session, by, token, link, socket, services } = value;
  if (session !== "acquire" || typeof by !== "string" || typeof socket !== "string") {
    throw new Error("the session said something else than hello and acquire");
  }
  if (typeof token !== "string" || !/^[0-9a-f]{32,}$/.test(token)) throw new Error("no token");
  if (link !== "auto" && link !== "unix" && link !== "stdio") throw new Error("no link");
  if (link !== "stdio" && socket === "") throw new Error("no socket");
  if (!Array.isArray(services)) throw new Error("no services");
  return { session, by, token, link, socket, services: services.map(parseServicePort) };
}

function parseServicePort(value: unknown): ServicePort {
  const { service, address, port, required } = Object(value) as Record<string, unknown>;
  const isValid =
    typeof service === "string" &&
    isServiceName(service) &&
    typeof address === "string" &&
    typeof port === "number" &&
    Number.isInteger(port);
  if (!isValid) throw new Error(`no service: ${JSON.stringify(value)}`);
  return { service, address, port, required: required === true };
}
