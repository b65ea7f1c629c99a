// Headers that name a second resource, which the server reads or writes beside the one of the request line. It is decided
// by the same rules (policy/decide.ts) and must lie within the credential's path; what can't be read for sure is refused.
import type { OtherPath } from "../policy/other-path.ts";
import { type Authority, parseAuthority, sameAuthority } from "./authority.ts";
import { foldHeaderName } from "./folded-name.ts";
import { headerValues } from "./http1/header.ts";
import type { RequestHead } from "./http1/request-head.ts";
import { Refusal } from "./refusal.ts";
import { findResourceHeader, type ResourceHeader } from "./second-resource-names.ts";
import { parseTarget, toCanonicalPath, type RequestTarget } from "./target.ts";

/** What a request says of itself, and where it is for. */
export interface RequestPlace {
  readonly head: Pick<RequestHead, "method" | "headers">;
  readonly authority: Authority;
  readonly target: Pick<RequestTarget, "path">;
}

/**
 * Every path beside the request's own that it reads or writes.
 * @throws Refusal 400 `request-invalid` when a header names a resource of another server, or can't be read for sure
 */
export function readSecondResources(place: RequestPlace): readonly OtherPath[] {
  const { method, headers } = place.head;
  const found: OtherPath[] = [];
  const seen = new Set<string>();
  for (const [name, value] of headers) {
    const header = findResourceHeader(foldHeaderName(name));
    if (header === undefined) continue;
    if (name.toLowerCase() !== header.name)
      throw refusal(name, `it can be taken for ${header.name}`);
    if (seen.has(header.name)) throw refusal(name, "it is there twice");
    seen.add(header.name);
    found.push(...readHeader({ ...place, name, value }, header));
  }
  const own = place.target.path;
  // WebDAV's (RFC 4918 sections 9.8 and 9.9), and Swift's COPY: a denial of what they do at their own path holds too
  const folded = method.toUpperCase();
  if (folded === "MOVE") found.push({ path: own, use: "move", needs: "not-denied" });
  if (folded === "COPY") found.push({ path: own, use: "read", needs: "not-denied" });
  return found;
}

interface NamedPlace extends RequestPlace {
  readonly name: string;
  readonly value: string;
}

function readHeader(place: NamedPlace, { form, use }: ResourceHeader): readonly OtherPath[] {
  const { name, value, head } = place;
  const allowed = (path: string): OtherPath => ({ path, use, needs: "allowed" });
  switch (form) {
    case "destination": {
      const overwrites = headerValues(head.headers, "overwrite");
      const isNew = overwrites.length === 1 && overwrites[0] === "F";
      const paths = readDestination(place);
      return paths.map((path) => ({ path, use: isNew ? "create" : "write", needs: "allowed" }));
    }
    case "tagged-list": {
      // RFC 4918 section 10.4: a resource stands before the conditions on it, each in parentheses
      const tags = value.replaceAll(/\([^()]*\)/g, " ").match(/<[^<>]*>|[^\s<>]+/g) ?? [];
      const paths = tags.map((tag) => readUrl(place, tag.replace(/^<(.*)>$/, "$1")));
      return paths.filter((path) => path !== place.target.path).map(allowed);
    }
    case "url":
      return [allowed(readUrl(place, value))];
    case "bucket":
      return readBucket(place, use);
    case "container":
      return [allowed(readContainer(place))];
    case "opaque":
      throw refusal(name, "which resource it names can't be told from the request");
  }
}

/** An absolute URL of this origin, or an absolute path (RFC 4918 section 8.3). */
function readUrl({ name, authority }: NamedPlace, text: string): string {
  const target = reading(name, () => parseTarget("GET", text));
  if (target.form === "origin") return target.path;
  const { scheme = "https", authorityText = "" } = target;
  const named = reading(name, () =>
    parseAuthority(authorityText, scheme, scheme === "https" ? 443 : 80),
  );
  if (!sameAuthority(named, authority)) throw refusal(name, "it is at another server");
  return target.path;
}

/** WebDAV writes a URL or a path; Swift a container and an object, with or without a slash before them. */
function readDestination(place: NamedPlace): readonly string[] {
  const { value } = place;
  if (/^https?:/i.test(value)) return [readUrl(place, value)];
  const account = findAccount(place.target.path);
  if (account === undefined) return [readUrl(place, value)];
  const swift = readContainer(place);
  return value.startsWith("/") ? [readUrl(place, value), swift] : [swift];
}

/** `container/object` below the account of the request's own path. */
function readContainer({ name, value, target }: NamedPlace): string {
  const account = findAccount(target.path);
  if (account === undefined)
    throw refusal(name, "the request's path names no account that it is in");
  return reading(name, () => toCanonicalPath(`${account}/${withoutSlash(withoutQuery(value))}`));
}

/** https://docs.openstack.org/api-ref/object-store/: `/v1/ACCOUNT`; Ceph's gateway has `/swift/v1`, with or without it. */
function findAccount(path: string): string | undefined {
  return /^(?:\/v1(?:\.\d)?\/[^/]+|\/swift\/v1\/(?:AUTH_|KEY_)[^/]+|\/swift\/v1)(?=\/)/.exec(
    path,
  )?.[0];
}

/**
 * `bucket/key` or `/bucket/key`, escaped, with `?versionId=…` behind it. Where the host is one bucket's, the bucket must be
 * that; elsewhere the bucket is the first segment of a path.
 */
function readBucket(place: NamedPlace, use: OtherPath["use"]): readonly OtherPath[] {
  const { name, value, authority } = place;
  if (/^https?:/i.test(value)) return [{ path: readUrl(place, value), use, needs: "allowed" }];
  const whole = reading(name, () => toCanonicalPath(`/${withoutSlash(withoutQuery(value))}`));
  const slash = whole.indexOf("/", 1);
  if (slash === -1 || slash === whole.length - 1) throw refusal(name, "it is not bucket/key");
  const bucket = whole.slice(1, slash);
  const inBucket = whole.slice(slash);
  const own = findBucketOfHost(authority.host);
  if (own !== undefined && bucket !== own && bucket !== authority.host) {
    throw refusal(name, "it is in another bucket than the host's");
  }
  const [path, other] = own === undefined ? [whole, inBucket] : [inBucket, whole];
  return [
    { path, use, needs: "allowed" },
    { path: other, use, needs: "not-denied" },
  ];
}

/** What stands before the service's own name: S3, OSS, COS, OBS, BOS, TOS, Google's, and servers that are named so. */
function findBucketOfHost(host: string): string | undefined {
  return /^(.+?)\.(?:s3|oss|cos|obs|bos|tos|storage|objects?|minio|ceph|rgw)(?:-[a-z0-9-]+)?\./.exec(
    host,
  )?.[1];
}

function withoutSlash(text: string): string {
  return text.startsWith("/") ? text.slice(1) : text;
}

function withoutQuery(text: string): string {
  return text.split("?", 1)[0] ?? "";
}

/** What is wrong with the value, said of the header. */
function reading<Result>(name: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof Refusal) throw refusal(name, error.message);
    throw error;
  }
}

function refusal(name: string, why: string): Refusal {
  return new Refusal(
    400,
    "request-invalid",
    `the ${name} header names a second resource, which is not allowed: ${why}`,
  );
}
