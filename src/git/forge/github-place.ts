// Where a request to GitHub is for, and what it means to the REST API there, in every reading of its path.
import { agreeOn, type ApiReading, isReading, severalReadings } from "../api-reading.ts";
import type { GitRule } from "../entry/git-rule.ts";
import { gitRulesAt, type GitPolicy } from "../entry/git-rules.ts";
import { type HandledRequest, type RequestView, readingsOf } from "../../http/handler.ts";
import { notUnderstood } from "./decide-calls.ts";
import { readGithubRest } from "./github/github-rest.ts";

/** Where a request to GitHub is for. */
export type GithubPlace =
  /** `path` is that of the API, without the prefix that it has on another host */
  | { readonly kind: "rest"; readonly path: string }
  | { readonly kind: "graphql" }
  /** Files and archives by name: `/owner/name/…` */
  | { readonly kind: "raw"; readonly repository: string };

/** A place with all entries that open its origin for this kind of request. */
export interface GithubAccess {
  readonly place: GithubPlace;
  readonly rules: readonly GitRule[];
}

/** Hosts of github.com that are nothing but API; on every other host it's below /api. */
const apiHosts: readonly string[] = ["api.github.com", "uploads.github.com"];

/** Undefined for what is no GitHub of an entry, or no API of it. */
export function findGithubAccess(
  policy: GitPolicy,
  request: RequestView,
): GithubAccess | undefined {
  const { authority } = request;
  const rulesFor = (kind: "api" | "raw") =>
    gitRulesAt(policy, authority, kind).filter(({ forge }) => forge === "github");
  const raw = rulesFor("raw");
  if (raw.length > 0) {
    const [, owner = "", name = ""] = request.path.split("/");
    return { place: { kind: "raw", repository: `${owner}/${name}` }, rules: raw };
  }
  const rules = rulesFor("api");
  if (rules.length === 0) return undefined;
  const isOwnHost = !apiHosts.includes(authority.host);
  const place = toApiPlace(request) ?? (isOwnHost ? undefined : toPlace(request, ""));
  return place && { place, rules };
}

// GitHub Enterprise Server has it below /api: https://docs.github.com/en/enterprise-server/rest/using-the-rest-api/getting-started-with-the-rest-api
function toApiPlace(request: RequestView): GithubPlace | undefined {
  const match = /^\/api\/(?:v3|uploads)(?=\/|$)/i.exec(request.path);
  if (match !== null) return toPlace(request, match[0]);
  return /^\/api\/graphql(?:[/.;]|$)/i.test(request.path) ? { kind: "graphql" } : undefined;
}

function toPlace({ path }: RequestView, prefix: string): GithubPlace {
  const behind = path.slice(prefix.length) || "/";
  const isGraphql = /^\/graphql(?:[/.;]|$)/i.test(behind);
  return isGraphql ? { kind: "graphql" } : { kind: "rest", path: behind };
}

/** A place that isn't GraphQL's. */
export type RestPlace = Exclude<GithubPlace, { kind: "graphql" }>;

/** Places of one request, one for each reading of its path. */
export interface RestAccess {
  readonly places: readonly [RestPlace, ...RestPlace[]];
  readonly rules: readonly GitRule[];
}

/** @throws Refusal when one reading of the path is no place of the API, or GraphQL's */
export function findRestAccess(policy: GitPolicy, request: HandledRequest): RestAccess {
  const found = readingsOf(request).map((reading) => findGithubAccess(policy, reading));
  const rules = found.find((access) => access !== undefined)?.rules ?? [];
  const [first, ...others] = found.flatMap((access) =>
    access === undefined || access.place.kind === "graphql" ? [] : [access.place],
  );
  if (first === undefined || others.length + 1 < found.length) {
    throw notUnderstood(request, { what: severalReadings, rule: rules[0] });
  }
  return { places: [first, ...others], rules };
}

/** What the request means there, by its head or with its parsed body. */
export function readPlace(request: RequestView, place: RestPlace, body?: unknown): ApiReading {
  if (place.kind === "rest") {
    const { method, query } = request;
    return readGithubRest({ method, query, path: place.path, body });
  }
  // Nothing can be written there
  if (!isReading(request)) return { kind: "elsewhere" };
  const { repository } = place;
  return { kind: "calls", calls: [{ repository, action: { type: "read" } }] };
}

/**
 * GitHub takes the slash of a branch, a label or a file escaped or not, and that of an environment only escaped
 * (https://docs.github.com/en/rest/deployments/environments): what a request means must not depend on it.
 */
export function readAll(
  request: HandledRequest,
  { places }: RestAccess,
  body?: unknown,
): ApiReading {
  const [first, ...others] = places;
  return agreeOn(
    readPlace(request, first, body),
    others.map((place) => readPlace(request, place, body)),
  );
}

/** The same place by the repository's name. */
export function toNamedPlace(
  request: HandledRequest,
  place: RestPlace,
  name: string,
): Extract<RestPlace, { kind: "rest" }> {
  const reading = readPlace(request, place);
  if (reading.kind !== "by-number") throw new Error("every place has the number");
  return { kind: "rest", path: reading.toPath(name) };
}
