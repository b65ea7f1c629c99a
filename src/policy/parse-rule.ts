import { quoted } from "../base/printable.ts";
import { formatHostPattern, parseHostPattern } from "./host-pattern.ts";
import { formatPathPattern, parsePathPattern } from "./path-pattern.ts";
import type { ClientCredentials, HostPattern, PathPattern, Rule, RuleSource } from "./policy.ts";
import { invalidText } from "./file/problem.ts";

const invalid = invalidText("rule", 120);

/** What the place where a rule is written says about it. */
export interface RuleContext {
  readonly source: RuleSource;
  /** Default: allow */
  readonly effect?: "allow" | "deny";
  /** Default: refuse */
  readonly clientCredentials?: ClientCredentials;
  /** Default: false; `wss://` in the text says true */
  readonly websocket?: boolean;
}

/** Scheme, host and port, as `host:` in a file names them. */
export interface Origin {
  readonly scheme: "https" | "http";
  readonly host: HostPattern;
  readonly port: number;
}

interface UrlPattern extends Origin {
  /** Its query may be signed: `?*` */
  readonly signed: boolean;
  readonly path: PathPattern;
  readonly websocket: boolean;
}

/** Longest rule text in characters */
const maxRuleLength = 2048;
const defaultPorts = { https: 443, http: 80 } as const;
/** What ends a URL whose query may hold a signature */
const signedQuery = "?*";
/** What reading is: what a rule without methods allows */
export const readMethods: readonly string[] = ["GET", "HEAD"];
const schemes: Readonly<Record<string, Pick<UrlPattern, "scheme" | "websocket">>> = {
  https: { scheme: "https", websocket: false },
  http: { scheme: "http", websocket: false },
  wss: { scheme: "https", websocket: true },
  ws: { scheme: "http", websocket: true },
};

/**
 * Reads `HOST`, `METHODS URLPATTERN` or a URL pattern alone (then GET and HEAD; a prohibition covers every method). With
 * `?*` at its end a signed URL may be fetched there.
 * @throws VaultboxError VBX_POLICY_INVALID with what to write
 */
export function parseRule(text: string, context: RuleContext): Rule {
  const words = toWords(text);
  const [first = "", second] = words;
  if (words.length > 2 || first === "") {
    throw invalid(
      text,
      'write a host, or methods and a URL, as in "GET https://example.com/v1/**"',
    );
  }
  if (second === undefined && /^[A-Z,]+$/.test(first)) {
    throw invalid(
      text,
      `write the URL after the methods, as in "${first} https://example.com/v1/**"`,
    );
  }
  const methods = second === undefined ? defaultMethods(context.effect) : parseMethods(first, text);
  const url = parseUrlPattern(second ?? first, text);
  return toRule(url, methods, context);
}

/**
 * Reads an entry of `allow:` or `deny:` below a `host:`: as above, and the host may be left out (`GET /v1/**`, `/v1/**`,
 * `POST`, `*`).
 * @throws VaultboxError VBX_POLICY_INVALID with what to write
 */
export function parseRuleOfHost(text: string, origin: Origin, context: RuleContext): Rule {
  const words = toWords(text);
  const [first = "", second] = words;
  if (words.length > 2 || first === "") {
    throw invalid(text, 'write methods and a path, as in "GET /v1/**"');
  }
  const isMethods = first === "*" || /^[A-Z,]+$/.test(first);
  const methods =
    second !== undefined || isMethods ? parseMethods(first, text) : defaultMethods(context.effect);
  const target = second ?? (isMethods ? undefined : first);
  if (target === undefined) {
    return toRule({ ...origin, path: "any", signed: false, websocket: false }, methods, context);
  }
  if (target.startsWith("/")) {
    const { pattern, signed } = splitSigned(target);
    const path = parsePathPattern(pattern);
    return toRule({ ...origin, path, signed, websocket: false }, methods, context);
  }
  const url = parseUrlPattern(target, text);
  if (url.host.kind !== origin.host.kind || url.host.host !== origin.host.host) {
    throw invalid(
      text,
      `it names another host than the entry it is in (${formatHostPattern(origin.host)})`,
    );
  }
  return toRule(url, methods, context);
}

/** `npm` for `preset:npm`, undefined for anything else. */
export function parsePresetReference(text: string): string | undefined {
  return text.startsWith("preset:") ? text.slice("preset:".length).trim() : undefined;
}

/**
 * Reads `example.com`, `example.com:8443` or `http://example.com`.
 * @throws VaultboxError VBX_POLICY_INVALID with what to write
 */
export function parseOrigin(text: string): Origin {
  const url = parseUrlPattern(text.trim(), text);
  if (url.path !== "any" || url.websocket || url.signed) {
    throw invalid(text, "write only the host here, and paths below allow: or deny:");
  }
  return { scheme: url.scheme, host: url.host, port: url.port };
}

/** The rule as text that means the same: `GET,HEAD https://api.example.com/v1/**`. */
export function formatRule(rule: Rule): string {
  const methods = rule.methods === "any" ? "*" : rule.methods.join(",");
  const scheme = rule.websocket ? (rule.scheme === "https" ? "wss" : "ws") : rule.scheme;
  const port = rule.port === defaultPorts[rule.scheme] ? "" : `:${rule.port}`;
  const host = formatHostPattern(rule.host);
  const query = rule.clientCredentials === "query" ? signedQuery : "";
  return `${methods} ${scheme}://${host}${port}${formatPathPattern(rule.path)}${query}`;
}

function parseUrlPattern(text: string, whole: string): UrlPattern {
  const { pattern: target, signed } = splitSigned(text);
  const named = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(target);
  const schemeName = (named?.[1] ?? "https").toLowerCase();
  const kind = Object.hasOwn(schemes, schemeName) ? schemes[schemeName] : undefined;
  if (kind === undefined) {
    throw invalid(whole, `the scheme ${quoted(schemeName)} can't be allowed; write https or http`);
  }
  const rest = target.slice(named?.[0].length ?? 0);
  const slash = rest.indexOf("/");
  const authority = slash === -1 ? rest : rest.slice(0, slash);
  if (/[?#]/.test(authority)) throw invalid(whole, "query strings are never part of a pattern");
  if (authority.includes("@")) throw invalid(whole, "leave out the user name before the @");
  const { host, portText } = splitAuthority(authority);
  return {
    ...kind,
    host: parseHostPattern(host),
    port: portText === undefined ? defaultPorts[kind.scheme] : parsePort(portText, whole),
    path: slash === -1 ? "any" : parsePathPattern(rest.slice(slash)),
    signed,
  };
}

function splitSigned(text: string): { readonly pattern: string; readonly signed: boolean } {
  const signed = text.endsWith(signedQuery);
  return { pattern: signed ? text.slice(0, -signedQuery.length) : text, signed };
}

function splitAuthority(authority: string): { host: string; portText: string | undefined } {
  const from = authority.startsWith("[") ? authority.indexOf("]") + 1 : 0;
  const colon = authority.indexOf(":", from);
  // An IPv6 address without brackets: leave it whole, so that the host's own message explains the brackets
  if (colon === -1 || (from === 0 && authority.indexOf(":", colon + 1) !== -1)) {
    return { host: authority, portText: undefined };
  }
  return { host: authority.slice(0, colon), portText: authority.slice(colon + 1) };
}

function parsePort(text: string, whole: string): number {
  const port = /^[1-9]\d{0,4}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw invalid(whole, "write one port from 1 to 65535");
  return port;
}

function parseMethods(text: string, whole: string): Rule["methods"] {
  if (text === "*") return "any";
  const methods = text.split(",");
  for (const method of methods) {
    if (!/^[A-Z][A-Z-]{0,31}$/.test(method)) {
      const fix = /^[a-z]+$/i.test(method)
        ? `write ${method.slice(0, 32).toUpperCase()}`
        : "write methods in upper case with commas and no spaces, as in GET,POST, or * for any";
      throw invalid(whole, fix);
    }
    if (method === "CONNECT") throw invalid(whole, "CONNECT is decided by the request inside it");
  }
  return [...new Set(methods)].toSorted();
}

function defaultMethods(effect: RuleContext["effect"]): Rule["methods"] {
  return effect === "deny" ? "any" : readMethods;
}

function toRule(url: UrlPattern, methods: Rule["methods"], context: RuleContext): Rule {
  if (url.signed) checkSigned(methods, context);
  return {
    effect: context.effect ?? "allow",
    scheme: url.scheme,
    host: url.host,
    port: url.port,
    methods,
    path: url.path,
    websocket: url.websocket || (context.websocket ?? false),
    clientCredentials: context.clientCredentials ?? (url.signed ? "query" : "refuse"),
    source: context.source,
  };
}

/** A signed URL is something to fetch; with another method its signature would be somebody's right to write. */
function checkSigned(methods: Rule["methods"], { effect }: RuleContext): void {
  if (effect === "deny") throw invalid(signedQuery, "a prohibition covers every query as it is");
  if (methods === "any" || methods.some((method) => !readMethods.includes(method))) {
    throw invalid(signedQuery, "?* is for GET and HEAD only");
  }
}

function toWords(text: string): readonly string[] {
  if (text.length > maxRuleLength) throw invalid(text, `longer than ${maxRuleLength} characters`);
  if (text.startsWith("preset:")) {
    throw invalid(text, "a preset can't stand here; write it as its own entry (preset: NAME)");
  }
  return text.split(" ").filter((word) => word !== "");
}
