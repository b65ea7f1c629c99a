// Headers that name a second resource, which the server reads or writes beside the one of the request line. It is decided
// by the same rules (policy/decide.ts) and must lie within the credential's path; what can't be read for sure is refused.
import { remembered } from "../base/remembered.ts";
import type { OtherPath } from "./other-path.ts";
import { toShorterPaths } from "./path-readings.ts";
import type { Authority } from "./authority.ts";
import { foldHeaderName, headerValues } from "./header-fields.ts";
import type { HttpRequest } from "./http-request.ts";
import {
  type NamedResource,
  readBucket,
  readContainer,
  readDestination,
  readUrl,
  refuseResource,
} from "./named-resource.ts";
import { findResourceHeader, type ResourceHeader } from "./second-resource-names.ts";
import type { RequestTarget } from "./target.ts";

/** Of one header's value; longer than a key of a store, escaped, with what signs its URL. */
const maxResourceBytes = 8 * 1024;

/** What a request says of itself, and where it is for. */
export interface RequestPlace {
  readonly head: Pick<HttpRequest, "method" | "headers">;
  readonly authority: Authority;
  readonly target: Pick<RequestTarget, "path"> & Partial<Pick<RequestTarget, "readings">>;
}

/**
 * Every path beside the request's own that it reads or writes.
 * @throws Refusal 400 `request-invalid` when a header names a resource of another server, or can't be read for sure
 */
export function readSecondResources(place: RequestPlace): readonly OtherPath[] {
  const { method, headers } = place.head;
  const { path, readings = [] } = place.target;
  const found: OtherPath[] = [];
  const seen = new Set<string>();
  for (const [name, value] of headers) {
    const { header } = findHeader(name);
    if (header === undefined) continue;
    if (name.toLowerCase() !== header.name)
      throw refuseResource(name, `it can be taken for ${header.name}`);
    if (seen.has(header.name)) throw refuseResource(name, "it is there twice");
    seen.add(header.name);
    if (readings.length > toShorterPaths(path).length)
      throw refuseResource(name, "servers read the request's own path in different ways");
    if (value.length > maxResourceBytes)
      throw refuseResource(name, `it is longer than ${maxResourceBytes} bytes`);
    const resource = { name, value, authority: place.authority, ownPath: path };
    for (const one of readHeader(resource, header, place.head)) {
      found.push(one, ...toShorterPaths(one.path).map((shorter) => ({ ...one, path: shorter })));
    }
  }
  // WebDAV's (RFC 4918 sections 9.8 and 9.9), and Swift's COPY: a denial of what they do at their own path holds too
  const folded = method.toUpperCase();
  const use = folded === "MOVE" ? "move" : folded === "COPY" ? "read" : undefined;
  const taken =
    use === undefined
      ? []
      : [path, ...readings].map((own) => ({ path: own, use, needs: "not-denied" }) as const);
  return [...found, ...taken];
}

const findHeader = remembered((name) => ({ header: findResourceHeader(foldHeaderName(name)) }));

function readHeader(
  resource: NamedResource,
  { form, use }: ResourceHeader,
  { headers }: RequestPlace["head"],
): readonly OtherPath[] {
  const { name, value, ownPath } = resource;
  const allowed = (path: string): OtherPath => ({ path, use, needs: "allowed" });
  switch (form) {
    case "destination": {
      const overwrites = headerValues(headers, "overwrite");
      const isNew = overwrites.length === 1 && overwrites[0] === "F";
      const paths = readDestination(resource);
      return paths.map((path) => ({ path, use: isNew ? "create" : "write", needs: "allowed" }));
    }
    case "tagged-list": {
      // RFC 4918 section 10.4: a resource stands before the conditions on it, each in parentheses
      const tags = value.replaceAll(/\([^()]*\)/g, " ").match(/<[^<>]*>|[^\s<>]+/g) ?? [];
      const paths = tags.map((tag) => readUrl(resource, tag.replace(/^<(.*)>$/, "$1")));
      return paths.filter((path) => path !== ownPath).map(allowed);
    }
    case "list": {
      // `partial`, or `final;URL URL`
      const urls = value.startsWith("final;") ? value.slice("final;".length).split(" ") : [];
      if (urls.length === 0 && value !== "partial")
        throw refuseResource(name, "it is not understood");
      return urls.map((url) => allowed(readUrl(resource, url)));
    }
    case "url":
      return [allowed(readUrl(resource, value))];
    case "bucket":
      return readBucket(resource, use);
    case "container":
      return [allowed(readContainer(resource))];
    case "opaque":
      throw refuseResource(name, "which resource it names can't be told from the request");
  }
}
