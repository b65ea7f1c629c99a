// What the value of a header names, in the ways that servers read it. What they may read as another resource is refused.
import type { OtherPath } from "./other-path.ts";
import { type Authority, parseAuthority, sameAuthority } from "./authority.ts";
import { Refusal } from "./refusal.ts";
import { parseTarget, toPlainPath } from "./target.ts";

/** One header, and the request that it is on. */
export interface NamedResource {
  readonly name: string;
  readonly value: string;
  readonly authority: Authority;
  /** Canonical path of the request itself */
  readonly ownPath: string;
}

/** An absolute URL of this origin, or an absolute path (RFC 4918 section 8.3). */
export function readUrl({ name, authority }: NamedResource, text: string): string {
  const target = reading(name, () => parseTarget("GET", text));
  reading(name, () => toPlainPath(target.rawPath));
  if (target.form === "origin") return target.path;
  const { scheme = "https", authorityText = "" } = target;
  const named = reading(name, () =>
    parseAuthority(authorityText, scheme, scheme === "https" ? 443 : 80),
  );
  if (!sameAuthority(named, authority)) throw refuseResource(name, "it is at another server");
  return target.path;
}

/**
 * WebDAV writes a URL or a path; Swift a container and an object, with or without a slash before them; CouchDB a document
 * of the same database (https://docs.couchdb.org/en/stable/api/document/common.html#copy-db-docid).
 */
export function readDestination(place: NamedResource): readonly string[] {
  const { value } = place;
  if (/^https?:/i.test(value)) return [readUrl(place, value)];
  const account = findAccount(place.ownPath);
  if (account === undefined) {
    return value.startsWith("/") ? [readUrl(place, value)] : readBelow(place);
  }
  const swift = readContainer(place);
  return value.startsWith("/") ? [readUrl(place, value), swift] : [swift];
}

/** Folders that a relative name may be meant for: each makes another path that must be decided. */
const maxFolders = 8;

/** A relative name may be meant for any folder that the request is in, but the root. */
function readBelow({ name, value, ownPath }: NamedResource): readonly string[] {
  const folders = ownPath.split("/").slice(1, -1);
  if (folders.length === 0) throw refuseResource(name, "it is no path");
  if (folders.length > maxFolders) {
    throw refuseResource(name, `it is relative to more than ${maxFolders} folders`);
  }
  return folders.map((_, at) => {
    const folder = folders.slice(0, at + 1).join("/");
    return reading(name, () => toPlainPath(`/${folder}/${withoutQuery(value)}`));
  });
}

/** `container/object` below the account of the request's own path. */
export function readContainer({ name, value, ownPath }: NamedResource): string {
  const account = findAccount(ownPath);
  if (account === undefined)
    throw refuseResource(name, "the request's path names no account that it is in");
  const text = withoutSlash(withoutQuery(value));
  refuseTenant(name, text);
  return reading(name, () => toPlainPath(`${account}/${text}`));
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
export function readBucket(place: NamedResource, use: OtherPath["use"]): readonly OtherPath[] {
  const { name, value, authority } = place;
  if (/^https?:/i.test(value)) return [{ path: readUrl(place, value), use, needs: "allowed" }];
  const text = withoutSlash(withoutQuery(value));
  refuseTenant(name, text);
  const whole = reading(name, () => toPlainPath(`/${text}`));
  const slash = whole.indexOf("/", 1);
  if (slash === -1 || slash === whole.length - 1)
    throw refuseResource(name, "it is not bucket/key");
  const bucket = whole.slice(1, slash);
  const inBucket = whole.slice(slash);
  const own = findBucketOfHost(authority.host);
  if (own !== undefined && bucket !== own && bucket !== authority.host) {
    throw refuseResource(name, "it is in another bucket than the host's");
  }
  const [path, other] = own === undefined ? [whole, inBucket] : [inBucket, whole];
  return [
    { path, use, needs: "allowed" },
    { path: other, use, needs: "not-denied" },
  ];
}

/** `tenant:bucket` is another account's (https://docs.ceph.com/en/latest/radosgw/multitenancy/), `arn:` an access point's. */
function refuseTenant(name: string, text: string): void {
  if (/^[^/]*(?::|%3a)/i.test(text)) throw refuseResource(name, "it is in another account");
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
    if (error instanceof Refusal) throw refuseResource(name, error.message);
    throw error;
  }
}

/** Why the second resource isn't decided, in one clause. */
export function refuseResource(name: string, why: string): Refusal {
  return new Refusal(
    400,
    "request-invalid",
    `the ${name} header names a second resource, which is not allowed: ${why}`,
  );
}
