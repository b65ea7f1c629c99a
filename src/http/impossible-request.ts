// Requests that no rule can allow, because what the upstream would do isn't what their request line says.
import { quoted } from "../base/printable.ts";
import { remembered } from "../base/remembered.ts";
import { wordSet } from "../base/words.ts";
import { type Authority, parseAuthority, sameAuthority } from "./authority.ts";
import { detectQuery } from "./query.ts";
import type { HttpRequest } from "./http-request.ts";
import { findOverride, isMethodParameter, type OverrideKind } from "./override-names.ts";
import { Refusal } from "./refusal.ts";
import type { RequestTarget } from "./target.ts";
import { foldHeaderName } from "./header-fields.ts";

/** TRACE would echo the injected credential; a CONNECT in a tunnel names no resource. */
const impossibleMethods: ReadonlySet<string> = new Set(["TRACE", "TRACK", "CONNECT"]);
/** Methods that say whether there are bodies: in another case a server may take them for these, or not. */
const framingMethods: ReadonlySet<string> = new Set(["GET", "HEAD"]);

/**
 * Names that the proxy itself goes by. With `_` or `.` for `-` they're another header here and the same one behind a CGI
 * (RFC 3875 section 4.1.18).
 */
const ownNames = wordSet(`
  accept-encoding content-encoding content-length content-type git-protocol keep-alive proxy-authorization
  proxy-connection transfer-encoding`);

/** @throws Refusal 400; 421 when a forwarded host is another one */
export function refuseImpossible(
  head: Pick<HttpRequest, "method" | "headers">,
  target: Pick<RequestTarget, "form" | "query">,
  authority: Authority,
): void {
  const { method } = head;
  const folded = method.toUpperCase();
  const namesNothing = target.form === "asterisk" || target.form === "authority";
  if (namesNothing || impossibleMethods.has(folded)) {
    throw new Refusal(400, "request-invalid", `a ${method} request is not possible here`);
  }
  if (method !== folded && framingMethods.has(folded)) {
    throw new Refusal(400, "request-invalid", `write the method ${folded} in upper case`);
  }
  for (const [name, value] of head.headers) checkHeader(name, value, authority);
  if (target.query === "") return;
  for (const { name } of detectQuery(target.query)) {
    if (isMethodParameter(name)) throw anotherRequest(`query parameter ${quoted(name, 40)}`);
  }
}

/** What some servers may take a header for. */
const findMeaning = remembered((name) => {
  const folded = foldHeaderName(name);
  const isAlias = ownNames.has(folded) && folded !== name.toLowerCase();
  return { override: findOverride(folded), alias: isAlias ? folded : undefined };
});

function checkHeader(name: string, value: string, authority: Authority): void {
  const { override, alias } = findMeaning(name);
  if (override !== undefined && !repeats(override, value, authority)) {
    if (override === "method" || override === "path") throw anotherRequest(`${name} header`);
    throw new Refusal(
      421,
      "authority-mismatch",
      `the ${name} header names another host than the request`,
      { flags: ["authority-mismatch"] },
    );
  }
  if (alias !== undefined) {
    throw new Refusal(400, "request-invalid", `a ${name} header can be taken for ${alias}`);
  }
}

/** Whether a header only says what the request says anyway; each hop may have added a member (RFC 7239). */
function repeats(override: OverrideKind, value: string, authority: Authority): boolean {
  const members = value.split(",").map((member) => member.trim());
  switch (override) {
    case "method":
    case "path":
      return false;
    case "host":
      return members.every((member) => isAuthority(member, authority));
    case "scheme":
      return members.every((member) => member.toLowerCase() === authority.scheme);
    case "port":
      return members.every((member) => member === String(authority.port));
    case "forwarded":
      return members
        .flatMap((member) => member.split(";"))
        .every((pair) => repeatsPair(pair.trim(), authority));
  }
}

/** One `name=value` of Forwarded; `for` and `by` say who was on the way. */
function repeatsPair(pair: string, authority: Authority): boolean {
  const [, name = "", quotedText, token] = /^([a-z]+)=(?:"([^"\\]*)"|([^"\s]*))$/i.exec(pair) ?? [];
  const value = quotedText ?? token ?? "";
  switch (name.toLowerCase()) {
    case "for":
    case "by":
      return true;
    case "host":
      return isAuthority(value, authority);
    case "proto":
      return value.toLowerCase() === authority.scheme;
    default:
      return false;
  }
}

function isAuthority(text: string, authority: Authority): boolean {
  const { scheme } = authority;
  try {
    return sameAuthority(parseAuthority(text, scheme, scheme === "https" ? 443 : 80), authority);
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}

function anotherRequest(what: string): Refusal {
  return new Refusal(400, "request-invalid", `a ${what} asks for another request`);
}
