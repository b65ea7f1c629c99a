import { saidOfWords } from "../../../base/words.ts";

// Whatever changes something there: how the repository is set up, who may enter it, what runs for it.
// https://docs.github.com/en/rest
const areas = saidOfWords([
  [
    "changing *",
    "autolinks code-scanning codespaces environments invitations secret-scanning security-advisories",
  ],
  ["changing or starting workflow runs", "actions"],
  ["starting workflow runs", "dispatches"],
  ["starting other agents", "agents"],
  ["storing attestations", "attestations"],
  [
    "changing security settings",
    `automated-security-fixes code-security-configuration private-vulnerability-reporting
     vulnerability-alerts`,
  ],
  ["changing branches' names and protection", "branches"],
  ["reporting checks", "check-runs check-suites statuses"],
  ["changing who may enter", "collaborators teams"],
  ["changing Dependabot", "dependabot"],
  ["changing the dependency graph", "dependency-graph"],
  ["deploying", "deployments"],
  ["creating a fork", "forks"],
  ["creating a repository", "generate"],
  ["changing webhooks", "hooks"],
  ["changing settings", "immutable-releases interaction-limits lfs properties topics"],
  ["importing a repository", "import"],
  ["changing deploy keys", "keys"],
  ["changing the site", "pages"],
  ["changing releases and their tags", "releases"],
  ["changing rules of branches", "rulesets"],
  ["changing rules of tags", "tags"],
  ["giving the repository away", "transfer"],
]);

/** What a writing request behind `/repos/owner/name` would do there, when no grant ever covers it. */
export function findForbiddenWrite(
  method: string,
  segments: readonly string[],
): string | undefined {
  if (segments.length > 0) return areas.get(segments[0]!.toLowerCase());
  if (method === "DELETE") return "deleting the repository";
  return method === "PATCH" ? "changing the repository's settings" : undefined;
}
