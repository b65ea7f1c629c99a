import { isIPv6 } from "node:net";
import { quoted } from "../base/printable.ts";
import { Refusal } from "./refusal.ts";

/**
 * The one place a request is for (invariant 2): policy, dial, TLS name, Host header, credential choice, pool key and
 * audit all read this object. Made only by `parseAuthority`, so its fields are canonical.
 */
export interface Authority {
  readonly scheme: "https" | "http";
  /** Lower-case name without trailing dot, strict dotted quad, or compressed IPv6 without brackets */
  readonly host: string;
  /** TCP port, 1 to 65535 */
  readonly port: number;
  readonly kind: "name" | "ipv4" | "ipv6";
}

/** Longest host name in characters without its trailing dot (RFC 1035 section 2.3.4 counts two more bytes on the wire). */
export const maxHostLength = 253;

/** Host, brackets, trailing dot, colon, five digits; longer text is refused before any expression sees it. */
const maxAuthorityLength = maxHostLength + 9;

// Letters, digits, hyphen (RFC 1123 section 2.1). An underscore may stand inside a label: hosts of object stores have it.
const label = "[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?";
// A last label that begins with a letter can't be read as an IPv4 number by anybody (`127.1`, `0x7f.1`, `2130706433`)
const ordinary = new RegExp(
  `^((?:${label}\\.)*[a-z](?:[a-z0-9_-]{0,61}[a-z0-9])?)(?::([1-9][0-9]{0,4}))?$`,
);
const nameShape = new RegExp(`^(?:${label}\\.)*${label}$`);
/** Resolvers read a name that ends so as a number: 127.1, 0x7f000001, 2130706433 (WHATWG URL §3.5 "ends in a number"). */
export const numericLabel = /^(?:[0-9]+|0x[0-9a-f]*)$/;
/** One part of a host's name, in lower case. */
export const hostLabel = new RegExp(`^${label}$`);
const dottedQuad =
  /^(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])(?:\.(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])){3}$/;

/**
 * Reads a CONNECT target, a Host header or the authority of an absolute target. Without `defaultPort` the text must
 * name the port, as a CONNECT target must (RFC 9110 section 9.3.6).
 * Stricter than RFC 3986: no user information, no escapes, no empty port, ASCII only (an internationalised name arrives
 * as `xn--`), IPv4 only as four decimal numbers, IPv6 only in brackets and without zone.
 * @throws Refusal 400 `request-invalid`
 */
export function parseAuthority(
  text: string,
  scheme: "https" | "http",
  defaultPort?: number,
): Authority {
  if (text.length > maxAuthorityLength) throw refusal(text, "it is too long");
  const match = ordinary.exec(text);
  if (match !== null && match[1]!.length <= maxHostLength) {
    return { scheme, host: match[1]!, port: parsePort(match[2], text, defaultPort), kind: "name" };
  }
  const { hostText, portText } = splitPort(text);
  return { scheme, ...parseHost(hostText, text), port: parsePort(portText, text, defaultPort) };
}

/**
 * Reads the name of a TLS server name indication (RFC 6066 section 3: a name, never an address).
 * @throws Refusal 400 `request-invalid`
 */
export function parseServerName(text: string): string {
  if (text.length > maxAuthorityLength) throw refusal(text, "it is too long");
  if (text.includes(":")) throw refusal(text, "a server name has no port");
  const { host, kind } = parseHost(text, text);
  if (kind !== "name") throw refusal(text, "a server name must not be an address");
  return host;
}

export function sameAuthority(a: Authority, b: Authority): boolean {
  return a.host === b.host && a.port === b.port && a.scheme === b.scheme;
}

/** `host:port` with the port always there; brackets round IPv6. For CONNECT upstream, pool keys and text. */
export function toAuthorityText(authority: Authority): string {
  return `${bracketed(authority)}:${authority.port}`;
}

/** The value of the Host header: the port only where it isn't the scheme's default (RFC 9110 section 7.2). */
export function toHostHeader(authority: Authority): string {
  const defaultPort = authority.scheme === "https" ? 443 : 80;
  return authority.port === defaultPort ? bracketed(authority) : toAuthorityText(authority);
}

function bracketed(authority: Authority): string {
  return authority.kind === "ipv6" ? `[${authority.host}]` : authority.host;
}

function splitPort(text: string): { hostText: string; portText: string | undefined } {
  const from = text.startsWith("[") ? text.indexOf("]") + 1 : 0;
  const colon = text.indexOf(":", from);
  if (colon === -1) return { hostText: text, portText: undefined };
  return { hostText: text.slice(0, colon), portText: text.slice(colon + 1) };
}

function parsePort(portText: string | undefined, whole: string, defaultPort?: number): number {
  if (portText === undefined) {
    if (defaultPort === undefined) throw refusal(whole, "the port is missing");
    return defaultPort;
  }
  const port = /^[1-9][0-9]{0,4}$/.test(portText) ? Number(portText) : 0;
  if (port < 1 || port > 65_535) throw refusal(whole, "the port is not a number from 1 to 65535");
  return port;
}

function parseHost(hostText: string, whole: string): Pick<Authority, "host" | "kind"> {
  if (hostText.startsWith("[")) return { host: parseBracketed(hostText, whole), kind: "ipv6" };
  // Only ASCII letters are folded: String.toLowerCase would turn a Kelvin sign into a k
  const folded = hostText.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
  const host = folded.endsWith(".") ? folded.slice(0, -1) : folded;
  if (host === "") throw refusal(whole, "the host is empty");
  if (host.length > maxHostLength) throw refusal(whole, "the host is too long");
  if (!nameShape.test(host)) {
    throw refusal(whole, "a host has only letters, digits, hyphens and dots, 1 to 63 in a label");
  }
  if (!numericLabel.test(host.slice(host.lastIndexOf(".") + 1))) return { host, kind: "name" };
  if (!dottedQuad.test(host)) {
    throw refusal(whole, "an IPv4 address is four decimal numbers from 0 to 255");
  }
  return { host, kind: "ipv4" };
}

function parseBracketed(hostText: string, whole: string): string {
  const inner = hostText.slice(1, -1);
  if (!hostText.endsWith("]") || !/^[0-9a-fA-F:.]+$/.test(inner) || !isIPv6(inner)) {
    throw refusal(whole, "brackets stand only round an IPv6 address without zone");
  }
  // The URL parser compresses as RFC 5952 says; ipaddr.js would turn `::1.2.3.4` into `::ffff:1.2.3.4`
  return new URL(`http://[${inner}]/`).hostname.slice(1, -1);
}

function refusal(text: string, why: string): Refusal {
  return new Refusal(400, "request-invalid", `${quoted(text, 100)} is not a valid host: ${why}`);
}
