import { VaultboxError } from "../../base/errors.ts";
import { quoted } from "../../base/printable.ts";
import { parseAuthority, type Authority } from "../../http/authority.ts";
import { Refusal } from "../../http/refusal.ts";

/** One `--connect-to` entry; an absent field was written empty. */
export interface ConnectTo {
  /** Canonical host the entry is for; absent for every host */
  readonly host?: string;
  /** Port the entry is for; absent for every port */
  readonly port?: number;
  /** Host or address to dial instead; absent to keep the host */
  readonly toHost?: string;
  /** Port to dial instead; absent to keep the port */
  readonly toPort?: number;
}

/** Where to dial, and whether the user named the address himself. */
export interface DialTarget {
  readonly host: string;
  readonly port: number;
  /** The user's own setting names the address, so its class is not checked (invariant 3) */
  readonly chosenByUser: boolean;
}

// Four fields between colons, a host in brackets where it holds colons itself
const field = "(\\[[^\\[\\]]*\\]|[^:\\[\\]]*)";
const entryShape = new RegExp(`^${field}:([0-9]*):${field}:([0-9]*)$`);

/**
 * Reads `HOST:PORT:ADDR:PORT` with curl's meaning: an empty first HOST or PORT stands for any, an empty second one keeps
 * the request's own (https://curl.se/docs/manpage.html#--connect-to).
 * @throws VaultboxError VBX_USAGE
 */
export function parseConnectTo(text: string): ConnectTo {
  const match = entryShape.exec(text);
  if (match === null) throw invalid(text, "it is not HOST:PORT:ADDR:PORT");
  const [, host, port, toHost, toPort] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
  ];
  return {
    ...(host !== "" && { host: parseHost(host, text) }),
    ...(port !== "" && { port: parsePort(port, text) }),
    ...(toHost !== "" && { toHost: parseHost(toHost, text) }),
    ...(toPort !== "" && { toPort: parsePort(toPort, text) }),
  };
}

/**
 * The target of the first entry that matches, as in curl. An entry without ADDR changes the port only: the address then
 * still comes from the resolver and is checked as any other.
 */
export function findDialTarget(
  authority: Pick<Authority, "host" | "port">,
  entries: readonly ConnectTo[],
): DialTarget | undefined {
  const entry = entries.find(
    ({ host = authority.host, port = authority.port }) =>
      host === authority.host && port === authority.port,
  );
  if (entry === undefined) return undefined;
  return {
    host: entry.toHost ?? authority.host,
    port: entry.toPort ?? authority.port,
    chosenByUser: entry.toHost !== undefined,
  };
}

function parseHost(host: string, whole: string): string {
  try {
    return parseAuthority(host, "https", 443).host;
  } catch (error) {
    if (error instanceof Refusal) throw invalid(whole, error.message, error);
    throw error;
  }
}

function parsePort(text: string, whole: string): number {
  const port = /^[1-9][0-9]{0,4}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw invalid(whole, "a port is a number from 1 to 65535");
  return port;
}

function invalid(text: string, why: string, cause?: unknown): VaultboxError {
  return new VaultboxError("VBX_USAGE", `cannot read --connect-to ${quoted(text)}: ${why}`, {
    hints: ["as in curl: --connect-to api.example.com:443:127.0.0.1:8443"],
    ...(cause !== undefined && { cause }),
  });
}
