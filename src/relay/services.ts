// What a stream on the link begins with, for both ends of it.
// TCP connections in the sandbox become streams on the link. A stream begins with the name of its service and a line feed:
// "proxy\n". The relay takes the name from the port that the client connected to, so that the host guesses nothing from a
// client's first byte, and serves protocols in which the server speaks first. What follows is the client's own bytes.

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

/** Longest name of a service, in bytes */
export const maxServiceLength = 32;

export function isServiceName(text: string): boolean {
  return text.length <= maxServiceLength && /^[a-z][a-z0-9]*(?::[0-9]{1,5})?$/.test(text);
}

export function toStreamHeader(service: string): string {
  return `${service}\n`;
}

/** Parses the session's list. @throws Error for what isn't one: the host and the relay are of one version */
export function parseServicePorts(value: unknown): readonly ServicePort[] {
  if (!Array.isArray(value)) throw new Error("no list of services");
  return value.map(parseServicePort);
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
