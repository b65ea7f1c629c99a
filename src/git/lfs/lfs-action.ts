import type { Authority } from "../../http/authority.ts";
import { parseAuthority, sameAuthority, toHostHeader } from "../../http/authority.ts";
import { type HeaderField, isOwnRequestField } from "../../http/header-fields.ts";
import { Refusal } from "../../http/refusal.ts";
import { parseTarget, toPlainPath } from "../../http/target.ts";
import { maxGrantMs, type LfsGrant } from "./lfs-grants.ts";

/** Where the objects of a repository may be. */
export interface LfsStorage {
  /** The git host, as the batch was sent to it */
  readonly gitHost: Authority;
  /** Canonical host names, https at the usual port */
  readonly hosts: readonly string[];
}

/** The part of a grant that a server's answer tells. */
export type LfsAddress = Pick<LfsGrant, "authority" | "path" | "query" | "isGitHost">;

const hrefShape = /^(https?):\/\/([^/?#\\@]+)(\/[!"$->@-~]*)?(\?[!"$-~]*)?$/;
const headerName = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,128}$/;
const headerValue = /^[\t\u0020-\u007e\u0080-\u00ff]{0,8192}$/;
/** Headers of one action. */
const maxHeaders = 32;
/** Characters of them together, and of an address: thousands of grants are kept at one time. */
const maxHeaderLength = 16 * 1024;
const maxHrefLength = 8 * 1024;

/** An address that a server gave for an object. Why not, when it isn't one that may be asked. */
export function readLfsHref(href: unknown, storage: LfsStorage): LfsAddress | string {
  if (typeof href !== "string") return "the server gave no address for it";
  if (href.length > maxHrefLength) return `its address is longer than ${maxHrefLength} characters`;
  const [, scheme, authorityText = "", path = "/", query = ""] = hrefShape.exec(href) ?? [];
  if (scheme !== "https" && scheme !== "http") return "its address is not an https URL";
  try {
    const authority = parseAuthority(authorityText, scheme, scheme === "https" ? 443 : 80);
    // What the target of a request may be: the client will ask for it
    parseTarget("GET", toPlainPath(path) + query);
    const isGitHost = sameAuthority(authority, storage.gitHost);
    if (isGitHost || isStorage(authority, storage.hosts)) {
      return { authority, path, query, isGitHost };
    }
    return `its storage is at ${authority.host}, which the git entry does not name (lfs: {hosts: [${authority.host}]})`;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return "its address is not valid";
  }
}

/** The address that the client gets: the storage's own, with a token instead of its query. */
export function toHref(address: Pick<LfsAddress, "authority" | "path">, query: string): string {
  const { authority, path } = address;
  return `${authority.scheme}://${toHostHeader(authority)}${path}${query}`;
}

function isStorage(authority: Authority, hosts: readonly string[]): boolean {
  return authority.scheme === "https" && authority.port === 443 && hosts.includes(authority.host);
}

/** The headers that a storage wants, or undefined when they can't be sent as they are. */
export function readLfsHeaders(plain: unknown): readonly HeaderField[] | undefined {
  if (plain === undefined || plain === null) return [];
  if (typeof plain !== "object" || Array.isArray(plain)) return undefined;
  const fields = Object.entries(plain as Record<string, unknown>);
  if (fields.length > maxHeaders) return undefined;
  const headers: HeaderField[] = [];
  const seen = new Set<string>();
  let length = 0;
  for (const [name, value] of fields) {
    const lower = name.toLowerCase();
    if (!headerName.test(name) || seen.has(lower)) return undefined;
    if (typeof value !== "string" || !headerValue.test(value)) return undefined;
    seen.add(lower);
    length += name.length + value.length;
    if (length > maxHeaderLength) return undefined;
    // GitLab asks for chunked uploads by such a header
    if (!isOwnRequestField(name)) headers.push([name, value.trim()]);
  }
  return headers;
}

/** When a grant ends, in milliseconds since the epoch: as the server says, and not after `maxGrantMs`. */
export function readLfsExpiry(action: Readonly<Record<string, unknown>>, now: number): number {
  const { expires_in: seconds, expires_at: at } = action;
  const latest = now + maxGrantMs;
  if (typeof seconds === "number" && Number.isSafeInteger(seconds) && seconds !== 0) {
    return Math.min(now + seconds * 1000, latest);
  }
  const time = typeof at === "string" ? Date.parse(at) : Number.NaN;
  // Go's zero time is how some servers say nothing
  return Number.isFinite(time) && time > 0 ? Math.min(time, latest) : latest;
}
