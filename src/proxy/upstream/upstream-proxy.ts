import { BlockList, isIP } from "node:net";
import { VaultboxError } from "../../base/errors.ts";
import { Secret } from "../../base/redact.ts";
import type { Authority } from "../../http/authority.ts";

/** The host's own forward proxy. */
export interface UpstreamProxy {
  /** `https` where the connection to the proxy itself is TLS */
  readonly scheme: "http" | "https";
  readonly host: string;
  readonly port: number;
  /** Value of Proxy-Authorization, from the URL's user information */
  readonly authorization?: Secret;
}

/** What the host's environment says about proxies, parsed once. */
export interface UpstreamProxySettings {
  readonly https?: UpstreamProxy;
  readonly http?: UpstreamProxy;
  readonly isExempt: (authority: Authority) => boolean;
}

/**
 * Reads `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`, each also in upper case; lower case wins, as in curl.
 * An empty variable is no proxy.
 * @throws VaultboxError VBX_CONFIG_INVALID for a value that isn't an http or https proxy URL; never shows the value,
 * which may hold a password
 */
export function parseUpstreamProxySettings(
  env: Readonly<Record<string, string | undefined>>,
): UpstreamProxySettings {
  const all = readProxy(env, "all_proxy");
  const https = readProxy(env, "https_proxy") ?? all;
  const http = readProxy(env, "http_proxy") ?? all;
  return {
    ...(https !== undefined && { https }),
    ...(http !== undefined && { http }),
    isExempt: parseNoProxy(readVariable(env, "no_proxy")?.value ?? ""),
  };
}

/** The proxy that an authority is reached through, if any. */
export function upstreamProxyFor(
  authority: Authority,
  settings: UpstreamProxySettings | undefined,
): UpstreamProxy | undefined {
  const proxy = settings?.[authority.scheme];
  return proxy === undefined || settings!.isExempt(authority) ? undefined : proxy;
}

function readVariable(
  env: Readonly<Record<string, string | undefined>>,
  lowerName: string,
): { name: string; value: string } | undefined {
  for (const name of [lowerName, lowerName.toUpperCase()]) {
    const value = env[name]?.trim();
    if (value !== undefined && value !== "") return { name, value };
  }
  return undefined;
}

function readProxy(
  env: Readonly<Record<string, string | undefined>>,
  lowerName: string,
): UpstreamProxy | undefined {
  const variable = readVariable(env, lowerName);
  if (variable === undefined) return undefined;
  const { name, value } = variable;
  // `proxy.example:3128` without a scheme is common, and curl takes it for http
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`);
  if (url === null || url.hostname === "") throw invalid(name, "it is not a URL");
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw invalid(name, `a proxy of the kind "${url.protocol.slice(0, -1)}" is not supported`);
  }
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") {
    throw invalid(name, "a proxy URL has no path or query");
  }
  const scheme = url.protocol === "https:" ? "https" : "http";
  const authorization = readAuthorization(url, name);
  return {
    scheme,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port === "" ? (scheme === "https" ? 443 : 80) : Number(url.port),
    ...(authorization !== undefined && { authorization }),
  };
}

function readAuthorization(url: URL, name: string): Secret | undefined {
  if (url.username === "" && url.password === "") return undefined;
  try {
    const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
    return new Secret(name, `Basic ${Buffer.from(pair, "utf8").toString("base64")}`);
  } catch {
    // decodeURIComponent's message holds nothing the user needs, and its input may be a password
    throw invalid(name, "its user name or password has a broken % escape");
  }
}

/**
 * `no_proxy` as curl and Go read it: entries between commas or spaces; `*` is everything; `example.com` and
 * `.example.com` are the name and everything below it; an entry may end in `:PORT`; an address or a CIDR block
 * matches address literals only, since names are resolved by the proxy.
 */
function parseNoProxy(text: string): (authority: Authority) => boolean {
  const matchers = text
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .map((entry) => parseNoProxyEntry(entry.toLowerCase()));
  return (authority) => matchers.some((matches) => matches(authority));
}

function parseNoProxyEntry(entry: string): (authority: Authority) => boolean {
  if (entry === "*") return () => true;
  const block = parseBlock(entry);
  if (block !== undefined) {
    return ({ host, kind }) =>
      kind !== "name" && block.check(host, kind === "ipv6" ? "ipv6" : "ipv4");
  }
  const [, hostText, portText] = /^(\[[^\]]*\]|[^:]*)(?::([0-9]+))?$/.exec(entry) ?? [];
  if (hostText === undefined) {
    throw invalid("no_proxy", `the entry "${entry.replace(/[^ -~]/g, "?")}" can't be read`);
  }
  const host = hostText.replace(/^\[|\]$|^\*?\.|\.$/g, "");
  const port = portText === undefined ? undefined : Number(portText);
  return (authority) =>
    (port === undefined || port === authority.port) &&
    (authority.host === host || (authority.kind === "name" && authority.host.endsWith(`.${host}`)));
}

function parseBlock(entry: string): BlockList | undefined {
  const [address = "", prefixText, ...rest] = entry.split("/");
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return undefined;
  const family = version === 6 ? "ipv6" : "ipv4";
  const longest = version === 6 ? 128 : 32;
  const prefix = prefixText === undefined ? longest : Number(prefixText);
  if (!Number.isInteger(prefix) || prefix < 0 || prefix > longest) return undefined;
  const block = new BlockList();
  block.addSubnet(address, prefix, family);
  return block;
}

function invalid(name: string, why: string): VaultboxError {
  return new VaultboxError("VBX_CONFIG_INVALID", `cannot use the proxy in ${name}: ${why}`, {
    hints: [`set ${name} to http://HOST:PORT, or unset it`],
  });
}
