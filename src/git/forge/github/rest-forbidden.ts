// Whatever changes something there: how the repository is set up, who may enter it, what runs for it.
// https://docs.github.com/en/rest
const areas: ReadonlyMap<string, string> = new Map([
  ["actions", "changing or starting workflow runs"],
  ["agents", "starting other agents"],
  ["attestations", "storing attestations"],
  ["autolinks", "changing autolinks"],
  ["automated-security-fixes", "changing security settings"],
  ["branches", "changing branches' names and protection"],
  ["check-runs", "reporting checks"],
  ["check-suites", "reporting checks"],
  ["code-scanning", "changing code scanning"],
  ["code-security-configuration", "changing security settings"],
  ["codespaces", "changing codespaces"],
  ["collaborators", "changing who may enter"],
  ["dependabot", "changing Dependabot"],
  ["dependency-graph", "changing the dependency graph"],
  ["deployments", "deploying"],
  ["dispatches", "starting workflow runs"],
  ["environments", "changing environments"],
  ["forks", "creating a fork"],
  ["generate", "creating a repository"],
  ["hooks", "changing webhooks"],
  ["immutable-releases", "changing settings"],
  ["import", "importing a repository"],
  ["interaction-limits", "changing settings"],
  ["invitations", "changing invitations"],
  ["keys", "changing deploy keys"],
  ["lfs", "changing settings"],
  ["pages", "changing the site"],
  ["private-vulnerability-reporting", "changing security settings"],
  ["properties", "changing settings"],
  ["releases", "changing releases and their tags"],
  ["rulesets", "changing rules of branches"],
  ["secret-scanning", "changing secret scanning"],
  ["security-advisories", "changing security advisories"],
  ["statuses", "reporting checks"],
  ["tags", "changing rules of tags"],
  ["teams", "changing who may enter"],
  ["topics", "changing settings"],
  ["transfer", "giving the repository away"],
  ["vulnerability-alerts", "changing security settings"],
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
