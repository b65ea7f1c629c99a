import { saidOfWords } from "../../../base/words.ts";
import { decodeEscapes } from "../../../http/percent-decode.ts";
import type { RepositoryAction } from "../../repository-call.ts";
import { matchRoute } from "./rest-route.ts";

// Answers of GET that are no part of the code and the talk about it. https://docs.github.com/en/rest
const forbidden = saidOfWords([
  [
    "reading the names of secrets",
    `actions/secrets actions/secrets/** actions/organization-secrets environments/*/secrets
     environments/*/secrets/** dependabot/secrets dependabot/secrets/**`,
  ],
  [
    "reading variables of workflows",
    `actions/variables actions/variables/** actions/organization-variables environments/*/variables
     environments/*/variables/**`,
  ],
  ["reading about codespaces", "codespaces codespaces/**"],
  ["reading about runners", "actions/runners actions/runners/**"],
  ["reading webhooks", "hooks hooks/**"],
  ["reading deploy keys", "keys keys/**"],
  ["reading invitations", "invitations"],
  // They hold the leaked secrets themselves
  ["reading leaked secrets", "secret-scanning/**"],
]);

// About the repository, but neither its code nor its pull requests: for host rules to allow
const other = saidOfWords([
  ["reading traffic figures", "traffic/**"],
  ["reading Dependabot alerts", "dependabot/**"],
  ["reading code scanning alerts", "code-scanning/**"],
  ["reading security advisories", "security-advisories security-advisories/**"],
  ["reading who may do what", "collaborators collaborators/** teams"],
  ["reading notifications", "notifications"],
  // Whole ones, which mention one of this repository or belong to it
  [
    "reading issues of other repositories",
    "issues/*/timeline issues/*/sub_issues issues/*/parent issues/*/dependencies/**",
  ],
  // Private ones too
  ["reading about forks", "forks"],
]);

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
