// What a credential may be, whoever wrote it: the command line, a file that is imported, a vault that is opened.
import { isIPv4, isIPv6 } from "node:net";
import { isReservedVariable } from "../base/reserved-variables.ts";
import type {
  StoredBinding,
  StoredCredential,
  StoredPlaceholder,
  StoredScheme,
} from "./stored-credential.ts";

// RFC 9110 §5.6.2 token
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;
// Headers that frame or route the request are the proxy's own
const ownHeaders =
  /^(?:host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|cookie|content-.*|x-forwarded-.*|forwarded|via)$/i;
const label = /^[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9])?$/;
const plainSegment = /^[A-Za-z0-9._~!$&'()+,=:@-]+$/;
const canonicalSegment = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2})+$/;
const printable = /^[\u0020-\u007e]{0,256}$/;

/** Length of the random part: at least what holds the mark and 96 bits of each alphabet, at most what a header has room for. */
export const placeholderLengths: Readonly<
  Record<StoredPlaceholder["alphabet"], { readonly least: number; readonly most: number }>
> = {
  alphanumeric: { least: 22, most: 1024 },
  base64url: { least: 21, most: 1024 },
  hex: { least: 32, most: 1024 },
  digits: { least: 39, most: 1024 },
};

/** What is wrong with a credential, as a clause without any value of it; undefined when it can be used. */
export function findCredentialFault(credential: StoredCredential): string | undefined {
  const { env, bindings, placeholder, source } = credential;
  const unusable = env.find((name) => !isVariable(name) || isReservedVariable(name, "credential"));
  if (unusable !== undefined) return "a variable of the sandbox can't have that name";
  for (const binding of bindings) {
    const fault = findBindingFault(binding);
    if (fault !== undefined) return fault;
  }
  if (!isPlaceholder(placeholder)) return "its placeholder can't have that form";
  if (source.type === "env" && !isVariable(source.variable)) {
    return "its source is not the name of a variable";
  }
  return undefined;
}

function findBindingFault({ host, pathPrefix, scheme }: StoredBinding): string | undefined {
  if (!isBindingHost(host)) return "its host is not written as hosts are";
  if (!isPath(pathPrefix, canonicalSegment)) return "its path is not written as paths are";
  return findSchemeFault(scheme);
}

function findSchemeFault(scheme: StoredScheme): string | undefined {
  switch (scheme.type) {
    case "bearer":
      return undefined;
    case "basic":
      return isUserName(scheme.username) ? undefined : "its user name is not one";
    case "query":
      return isParameterName(scheme.parameter) ? undefined : "its parameter is not one";
    case "header":
      if (!isCredentialHeader(scheme.header)) return "its header is not one for a credential";
      return isHeaderPrefix(scheme.prefix ?? "") ? undefined : "its header's prefix is not one";
  }
}

/** A name or address as authorities are compared: lower case, no brackets, no dot at the end; `*.` before a name. */
function isBindingHost(host: string): boolean {
  if (isIPv6(host)) {
    return !host.includes("%") && host === new URL(`http://[${host}]/`).hostname.slice(1, -1);
  }
  if (isIPv4(host)) return true;
  const isWildcard = host.startsWith("*.");
  const labels = (isWildcard ? host.slice(2) : host).split(".");
  if (host.length > 255 || (isWildcard && labels.length < 2)) return false;
  // Resolvers read what ends in a number as an address (WHATWG URL §3.5)
  const isNumber = /^(?:\d+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "");
  return !isNumber && labels.every((one) => label.test(one));
}

/** Only plain segments: what would have to be decoded or resolved first could be read in two ways. */
export function isPlainPath(path: string): boolean {
  return isPath(path, plainSegment);
}

function isPath(path: string, segmentShape: RegExp): boolean {
  if (path === "/") return true;
  const [before, ...segments] = path.split("/");
  const isSegment = (text: string): boolean => segmentShape.test(text) && !/^\.{1,2}$/.test(text);
  return before === "" && segments.every(isSegment);
}

/** Whether a secret may go on a header of that name. */
export function isCredentialHeader(name: string): boolean {
  return token.test(name) && !ownHeaders.test(name);
}

export function isHeaderPrefix(prefix: string): boolean {
  return printable.test(prefix);
}

export function isParameterName(name: string): boolean {
  return /^[A-Za-z0-9_.~-]{1,64}$/.test(name);
}

/** RFC 7617 §2: a colon ends the user name. */
export function isUserName(name: string): boolean {
  return /^[\u0021-\u007e]{1,256}$/.test(name) && !name.includes(":");
}

export function isVariable(name: string): boolean {
  return /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(name);
}

function isPlaceholder({ prefix, length, alphabet, suffix = "" }: StoredPlaceholder): boolean {
  const { least, most } = placeholderLengths[alphabet];
  const isText = /^[A-Za-z0-9._~+=-]{0,128}$/;
  return length >= least && length <= most && isText.test(prefix) && isText.test(suffix);
}
