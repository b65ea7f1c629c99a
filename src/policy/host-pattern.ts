import { isIPv4, isIPv6 } from "node:net";
import { quoted } from "../base/printable.ts";
import { hostLabel, maxHostLength, numericLabel } from "../http/authority.ts";
import type { EntryOrigin } from "./entry-kind.ts";
import type { HostPattern } from "./policy.ts";
import { invalidText } from "./file/problem.ts";

const invalid = invalidText("host");

/** Lower case, without one trailing dot and without the brackets of an IPv6 literal: how rules and requests are compared. */
export function toComparableHost(host: string): string {
  const lower = host.toLowerCase();
  if (lower.endsWith(".")) return lower.slice(0, -1);
  if (lower.startsWith("[") && lower.endsWith("]")) return lower.slice(1, -1);
  return lower;
}

/** One text for all ways to write an origin. */
export function toOriginKey({ scheme, host, port }: EntryOrigin): string {
  return `${scheme}://${toComparableHost(host)}:${port}`;
}

const defaultPorts = { https: 443, http: 80 } as const;

/** The beginning of a URL: `https://example.com`, with a port only where it isn't the scheme's own. */
export function toOriginText({ scheme, host, port }: EntryOrigin): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return `${scheme}://${name}${port === defaultPorts[scheme] ? "" : `:${port}`}`;
}

/**
 * Reads `example.com`, `*.example.com`, `203.0.113.7` or `[2001:db8::1]`.
 * @throws VaultboxError VBX_POLICY_INVALID
 */
export function parseHostPattern(text: string): HostPattern {
  if (text === "*" || text === "*." || text === "**") {
    throw invalid(text, "there is no rule for every host; write the hosts, or *.example.com");
  }
  const wildcard = text.startsWith("*.");
  const host = toComparableHost(wildcard ? text.slice(2) : text);
  const isAddress = isIPv4(host) || isIPv6(host);
  if (isAddress && (wildcard || (isIPv6(host) && !text.startsWith("[")))) {
    const fix = wildcard ? "an address has no subdomains" : `write the address as [${host}]`;
    throw invalid(text, fix);
  }
  if (isIPv6(host)) return { kind: "exact", host: toCanonicalIpv6(text, host) };
  if (isIPv4(host)) return { kind: "exact", host };
  checkName(text, host);
  if (wildcard && !host.includes(".")) {
    throw invalid(text, "a wildcard needs at least two labels after it, as in *.example.com");
  }
  return { kind: wildcard ? "subdomains" : "exact", host };
}

export function formatHostPattern(pattern: HostPattern): string {
  if (pattern.kind === "subdomains") return `*.${pattern.host}`;
  return pattern.host.includes(":") ? `[${pattern.host}]` : pattern.host;
}

function checkName(text: string, host: string): void {
  if (host === "") throw invalid(text, "write a host name, as in api.example.com");
  if (host.includes("*")) {
    throw invalid(text, "* stands only for whole labels at the beginning, as in *.example.com");
  }
  if (/[^\u0021-\u007e]/.test(host)) {
    throw invalid(text, "write an international name in its ASCII form (xn--…)");
  }
  if (host.length > maxHostLength) throw invalid(text, `longer than ${maxHostLength} characters`);
  const labels = host.split(".");
  for (const one of labels) {
    if (one === "") throw invalid(text, "an empty label between two dots");
    if (!hostLabel.test(one)) {
      throw invalid(text, `the label ${quoted(one, 63)} is not letters, digits and inner hyphens`);
    }
  }
  if (numericLabel.test(labels.at(-1) ?? "")) {
    throw invalid(text, "write an IPv4 address as four decimal numbers, as in 203.0.113.7");
  }
}

/** The compressed form that URL serialisation makes (RFC 5952); a zone (`%eth0`) can't be in a rule. */
function toCanonicalIpv6(text: string, host: string): string {
  if (host.includes("%")) throw invalid(text, "an address with a zone can't be in a rule");
  return new URL(`http://[${host}]/`).hostname.slice(1, -1);
}
