import { toWords } from "../../../base/words.ts";
import { any, none, toNamed, toPathSegments } from "../../forge-names.ts";
import type { ForgeRequest, NamedRepositories } from "../../named-repositories.ts";
import { readSearchQuery } from "./github-search.ts";
import { readRestRead } from "./rest-reads.ts";
import { matchRoute } from "./rest-route.ts";

/** Answers without anything of a repository, by method: https://docs.github.com/en/rest */
const free: ReadonlyMap<string, readonly string[]> = new Map([
  [
    "GET",
    toWords(`
      advisories advisories/* app codes_of_conduct codes_of_conduct/* emojis gists gists/public gists/*
      gists/*/* gists/*/comments gitignore/** licenses licenses/* meta octocat orgs/* orgs/*/members rate_limit
      search/topics search/users user user/emails user/gpg_keys user/keys user/orgs users users/*
      users/*/gists users/*/gpg_keys users/*/keys users/*/orgs versions zen`),
  ],
  // Making something new shows nothing that was there
  ["POST", toWords("gists gists/*/comments orgs/*/repos user/repos")],
  ["PATCH", ["gists/*"]],
  ["DELETE", ["gists/*"]],
]);

/** How clients log in: https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps */
const login =
  /^\/(?:login\/(?:oauth\/(?:access_token|authorize)|device(?:\/code)?)|robots\.txt|favicon\.ico)$/;

const apiHosts: readonly string[] = ["api.github.com", "uploads.github.com"];
/** Hosts with another word before the names. */
const prefixed: ReadonlyMap<string, string> = new Map([
  ["media.githubusercontent.com", "media"],
  ["patch-diff.githubusercontent.com", "raw"],
]);

/** A request to any of GitHub's hosts, or another one of its software. */
export function readGithubNames(request: ForgeRequest): NamedRepositories {
  const { host, gitHost, path } = request;
  const own = /^\/api\/(?:v3|uploads)(?=\/|$)/i.exec(path)?.[0];
  if (apiHosts.includes(host)) return readApi(request, path);
  if (own !== undefined && gitHost !== "github.com") {
    return readApi(request, path.slice(own.length));
  }
  if (login.test(path)) return none;
  const segments = toPathSegments(path);
  const prefix = prefixed.get(host);
  if (prefix !== undefined) return segments[0] === prefix ? toNamed(segments.slice(1, 3)) : any;
  // Without hosts of their own, GitHub Enterprise Server has these below the same one
  const isInner = gitHost !== "github.com" && /^_?(?:raw|codeload|media)$/i.test(segments[0] ?? "");
  return toNamed(isInner ? segments.slice(1, 3) : segments.slice(0, 2));
}

function readApi({ method, query }: ForgeRequest, path: string): NamedRepositories {
  const segments = toPathSegments(path || "/");
  const asked = method === "HEAD" ? "GET" : method;
  const [first = "", second = ""] = segments.map((one) => one.toLowerCase());
  if (first === "repos") {
    const [, owner = "", name = "", ...behind] = segments;
    // What of it shows others is no reading of it
    const shows = asked !== "GET" || readRestRead(behind).type !== "other";
    return shows ? toNamed([owner, name]) : any;
  }
  if (first === "search" && /^(?:code|commits|issues)$/.test(second) && segments.length === 2) {
    const repository = readSearchQuery(query);
    return repository === undefined ? any : toNamed(repository.split("/"));
  }
  const isRoot = asked === "GET" && segments.every((one) => one === "");
  const isFree = free.get(asked)?.some((route) => matchRoute(route, segments) !== undefined);
  return isRoot || isFree === true ? none : any;
}
