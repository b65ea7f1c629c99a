// Names of headers and parameters by which some servers take a request for another one than its first line says. Two
// layers, as credential-headers.ts has them: documented names (folded by `foldHeaderName`), and the words that such names are built from.
import { toWords } from "../base/words.ts";

/**
 * What the server takes from it. `path` is another resource whatever it says; an `authority` part may repeat what the
 * request says anyway.
 */
export type OverrideKind = "method" | "path" | "host" | "scheme" | "port" | "forwarded";

const rows: readonly (readonly [kind: OverrideKind, names: string])[] = [
  // https://www.odata.org/documentation/odata-version-3-0 and the Express method-override package
  ["method", "x-http-method x-http-method-override x-method-override"],
  // Symfony's Request::prepareRequestUri, Zend_Controller_Request_Http (IIS URL Rewrite sets them)
  ["path", "x-original-url x-rewrite-url"],
  // Azure App Service, for IIS and Node
  ["path", "x-waws-unencoded-url"],
  // Spring's ForwardedHeaderFilter, Werkzeug's ProxyFix, Traefik's ForwardAuth
  ["path", "x-forwarded-prefix x-forwarded-path x-forwarded-uri x-forwarded-method"],
  // https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers
  ["path", "x-envoy-original-path x-envoy-original-host x-envoy-original-method"],
  // RFC 3875 sections 4.1.5 and 4.1.13; gunicorn takes SCRIPT_NAME from a header of that name
  ["path", "script-name x-script-name path-info request-uri query-string"],
  // Next.js: base-server.ts reads the first three; CVE-2025-29927 is about the last
  [
    "path",
    "x-matched-path x-invoke-path x-invoke-query x-middleware-rewrite x-middleware-subrequest",
  ],
  // Rack::Sendfile reads two of them from the request: CVE-2025-61780
  ["path", "x-accel-redirect x-accel-mapping x-sendfile x-sendfile-type x-lighttpd-send-file"],
  // RFC 3875 section 4.1.18: a CGI's libraries take it for the proxy that the user set, https://httpoxy.org (CVE-2016-5385)
  ["path", "proxy"],
  // https://docs.helicone.ai/getting-started/integration-method/gateway
  ["path", "helicone-target-url x-target-url"],
  // RFC 7239
  ["forwarded", "forwarded"],
  // https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-Host and its forerunners
  ["host", "x-forwarded-host x-original-host x-host x-http-host-override x-forwarded-server"],
  // https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/X-Forwarded-Proto and its forerunners
  ["scheme", "x-forwarded-proto x-forwarded-protocol x-forwarded-scheme x-url-scheme x-scheme"],
  // Spring's ForwardedHeaderFilter, Werkzeug's ProxyFix
  ["port", "x-forwarded-port"],
];

const documented: ReadonlyMap<string, OverrideKind> = new Map(
  rows.flatMap(([kind, names]) => toWords(names).map((name) => [name, kind] as const)),
);

const before =
  "(?:original|orig|rewrite|rewritten|override|real|request|requested|forwarded|forward|tunnel|proxy|http|upstream|backend|internal|target|destination|dest|base|context|servlet|effective|replaced|unencoded)-?";
const words = new RegExp(
  `^(?:x-)?(?:(?:${before})*(?:http-?)?(?:(?<method>method|verb)|(?<path>url|uri|path))|(?:${before})+(?<host>host(?:name)?))(?:-?override)?$`,
);
/** How every such name ends: the longer look is for these only. */
const endings = /(?:method|verb|ur[il]|path|host|hostname|override)$/;

/** Asks what a page may do (Fetch standard); no server takes it for the method. */
const harmless: ReadonlySet<string> = new Set(["access-control-request-method"]);

/** @param name folded (`foldHeaderName`) */
export function findOverride(name: string): OverrideKind | undefined {
  const known = documented.get(name);
  if (known !== undefined || harmless.has(name)) return known;
  const found = endings.test(name) ? words.exec(name)?.groups : undefined;
  if (found === undefined) return undefined;
  if (found["method"] !== undefined) return "method";
  return found["path"] === undefined ? "host" : "path";
}

// `method` alone is an ordinary parameter (https://www.flickr.com/services/api/request.rest.html)
const methodParameter =
  /^(?:_+(?:http)?method|x?http(?:request)?methodoverride|x?methodoverride|xhttpmethod)$/;

/**
 * Whether a query parameter changes the method: Symfony and Laravel, Google's `X-HTTP-Method-Override`.
 * @param name percent-decoded
 */
export function isMethodParameter(name: string): boolean {
  return methodParameter.test(name.toLowerCase().replaceAll(/[^a-z0-9_]/g, ""));
}
