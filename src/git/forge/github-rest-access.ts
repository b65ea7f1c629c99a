// What a request to GitHub's REST API means, in every reading of its path.
import { agreeOn, type ApiReading, severalReadings } from "../api-reading.ts";
import { readGithubRest } from "./github/github-rest.ts";
import type { GitRule } from "../entry/git-rule.ts";
import type { GitPolicy } from "../entry/git-rules.ts";
import { type HandledRequest, type RequestView, readingsOf } from "../../http/handler.ts";
import { notUnderstood } from "./decide-calls.ts";
import { toFirst } from "./github-disposition.ts";
import { findGithubAccess, type GithubPlace } from "./github-place.ts";

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
    throw notUnderstood(request, { what: severalReadings, ...toFirst(rules) });
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

/** Whether it changes nothing, by its method. */
export function isReading({ method }: RequestView): boolean {
  return method === "GET" || method === "HEAD";
}
