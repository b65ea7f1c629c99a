import { decodeEscapes } from "../../../http/percent-decode.ts";
import type { RepositoryAction } from "../../repository-call.ts";
import { matchRoute } from "./rest-route.ts";

// Answers of GET that are no part of the code and the talk about it. https://docs.github.com/en/rest
const forbidden: readonly (readonly [route: string, what: string])[] = [
  ["actions/secrets", "reading the names of secrets"],
  ["actions/secrets/**", "reading the names of secrets"],
  ["actions/organization-secrets", "reading the names of secrets"],
  ["actions/variables", "reading variables of workflows"],
  ["actions/variables/**", "reading variables of workflows"],
  ["actions/organization-variables", "reading variables of workflows"],
  ["environments/*/secrets", "reading the names of secrets"],
  ["environments/*/secrets/**", "reading the names of secrets"],
  ["environments/*/variables", "reading variables of workflows"],
  ["environments/*/variables/**", "reading variables of workflows"],
  ["dependabot/secrets", "reading the names of secrets"],
  ["dependabot/secrets/**", "reading the names of secrets"],
  ["codespaces/**", "reading about codespaces"],
  ["codespaces", "reading about codespaces"],
  ["actions/runners", "reading about runners"],
  ["actions/runners/**", "reading about runners"],
  ["hooks", "reading webhooks"],
  ["hooks/**", "reading webhooks"],
  ["keys", "reading deploy keys"],
  ["keys/**", "reading deploy keys"],
  ["invitations", "reading invitations"],
  // They hold the leaked secrets themselves
  ["secret-scanning/**", "reading leaked secrets"],
];

// About the repository, but neither its code nor its pull requests: for host rules to allow
const other: readonly (readonly [route: string, what: string])[] = [
  ["traffic/**", "reading traffic figures"],
  ["dependabot/**", "reading Dependabot alerts"],
  ["code-scanning/**", "reading code scanning alerts"],
  ["security-advisories", "reading security advisories"],
  ["security-advisories/**", "reading security advisories"],
  ["collaborators", "reading who may do what"],
  ["collaborators/**", "reading who may do what"],
  ["teams", "reading who may do what"],
  ["notifications", "reading notifications"],
  // Whole issues of other repositories, which mention one of this repository or belong to it; forks, private ones too
  ["issues/*/timeline", "reading issues of other repositories"],
  ["issues/*/sub_issues", "reading issues of other repositories"],
  ["issues/*/parent", "reading issues of other repositories"],
  ["issues/*/dependencies/**", "reading issues of other repositories"],
  ["forks", "reading about forks"],
];

// What some routers leave out when they look for a route
const decoration = /(?:(?:;|%3B|%20).*|\.json)$/is;

/** What GET of a route behind `/repos/owner/name` reads. Issues count as reading: pull requests are issues to this API. */
export function readRestRead(written: readonly string[]): RepositoryAction {
  const segments = written.map((segment) => segment.replace(decoration, ""));
  for (const [route, what] of forbidden) {
    if (matchRoute(route, segments) !== undefined) return { type: "forbidden", what };
  }
  for (const [route, what] of other) {
    if (matchRoute(route, segments) !== undefined) return { type: "other", what, reads: true };
  }
  return { type: "read" };
}

/**
 * Whether a comparison stays in its repository: `main...other:branch` is about another one of the fork network
 * (https://docs.github.com/en/rest/commits/commits#compare-two-commits). A colon can't be in a ref's name.
 */
export function leavesRepository(segments: readonly string[], owner: string): boolean {
  if (matchRoute("compare/**", segments) === undefined) return false;
  const range = decodeEscapes(segments.slice(1).join("/"));
  return range.split("...").some((end) => {
    const colon = end.lastIndexOf(":");
    return colon !== -1 && end.slice(0, colon).toLowerCase() !== owner.toLowerCase();
  });
}
