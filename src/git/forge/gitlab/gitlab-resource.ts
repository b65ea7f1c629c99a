import type { RepositoryAction } from "../../repository-call.ts";

const read: RepositoryAction = { type: "read" };

/** What reading them tells is in a clone too, or is about it. */
const readable: ReadonlySet<string> = new Set([
  "",
  "jobs",
  "languages",
  "pipelines",
  "releases",
  "repository",
  "statuses",
]);

/** Reading these reveals secrets: CI variables, tokens, state files. */
const secretReads: ReadonlyMap<string, string> = new Map([
  ["access_tokens", "reading access tokens"],
  ["deploy_tokens", "reading deploy tokens"],
  ["export", "exporting the project"],
  ["hooks", "reading webhooks"],
  ["integrations", "reading integrations"],
  ["pipeline_schedules", "reading the variables of pipeline schedules"],
  ["remote_mirrors", "reading mirrors"],
  ["secure_files", "reading secure files"],
  ["services", "reading integrations"],
  ["terraform", "reading Terraform states"],
  ["triggers", "reading trigger tokens"],
  ["variables", "reading CI variables"],
]);

const forbiddenWrites: ReadonlyMap<string, string> = new Map([
  ["", "changing or deleting the project"],
  ["access_requests", "changing who has access"],
  ["access_tokens", "changing access tokens"],
  ["approval_rules", "changing who approves merge requests"],
  ["approvals", "changing who approves merge requests"],
  ["archive", "archiving the project"],
  ["cluster_agents", "changing cluster agents"],
  ["deploy_keys", "changing deploy keys"],
  ["deploy_tokens", "changing deploy tokens"],
  ["deployments", "changing deployments"],
  ["environments", "changing environments"],
  ["export", "exporting the project"],
  ["external_status_checks", "changing status checks"],
  ["fork", "forking the project or changing what it is a fork of"],
  ["freeze_periods", "changing freeze periods"],
  ["hooks", "changing webhooks"],
  ["housekeeping", "housekeeping"],
  ["import_project_members", "changing who has access"],
  ["integrations", "changing integrations"],
  ["invitations", "inviting people"],
  ["job_token_scope", "changing what job tokens may do"],
  ["jobs", "running or changing jobs"],
  ["members", "changing who has access"],
  ["mirror", "changing mirrors"],
  ["packages", "publishing or deleting packages"],
  ["pages", "changing pages"],
  ["pipeline", "running a pipeline"],
  ["pipeline_schedules", "changing pipeline schedules"],
  ["pipelines", "running or changing pipelines"],
  ["protected_branches", "changing the protection of branches"],
  ["protected_environments", "changing the protection of environments"],
  ["protected_tags", "changing the protection of tags"],
  ["push_rule", "changing push rules"],
  ["ref", "running a pipeline"],
  ["registry", "changing the container registry"],
  ["releases", "changing releases"],
  ["remote_mirrors", "changing mirrors"],
  ["repository_storage_moves", "moving the project"],
  ["restore", "restoring the project"],
  ["runners", "changing runners"],
  ["secure_files", "changing secure files"],
  ["services", "changing integrations"],
  ["share", "sharing the project"],
  ["snippets", "changing snippets"],
  ["statuses", "setting the status of a commit"],
  ["terraform", "changing Terraform states"],
  ["transfer", "moving the project"],
  ["trigger", "running a pipeline"],
  ["triggers", "changing triggers"],
  ["unarchive", "archiving the project"],
  ["unlock", "unlocking the project"],
  ["variables", "changing CI variables"],
  ["wikis", "changing the wiki"],
]);

/** About neither code nor merge requests. */
const otherWrites: ReadonlyMap<string, string> = new Map([
  ["badges", "badges"],
  ["boards", "boards"],
  ["labels", "labels"],
  ["milestones", "milestones"],
  ["star", "stars"],
  ["unstar", "stars"],
  ["uploads", "uploads"],
]);

/**
 * What GitLab tells of a merge request itself. Elsewhere it shows issues and merge requests of any project that the
 * author named: `closes_issues`, `related_issues`, `blocks`.
 */
const mergeRequestReads: ReadonlySet<string> = new Set([
  "",
  "approval_rules",
  "approval_settings",
  "approval_state",
  "approvals",
  "award_emoji",
  "changes",
  "commits",
  "context_commits",
  "diffs",
  "discussions",
  "draft_notes",
  "merge_ref",
  "notes",
  "participants",
  "pipelines",
  "raw_diffs",
  "resource_label_events",
  "resource_milestone_events",
  "resource_state_events",
  "reviewers",
  "time_stats",
  "versions",
]);

/** What is read below a merge request, by the segment behind its number. */
export function readMergeRequestPart(part = ""): RepositoryAction | undefined {
  const [name = ""] = part.toLowerCase().split(".", 1);
  return mergeRequestReads.has(name) ? read : undefined;
}

/**
 * What reading or writing a resource of a project asks for, whatever is behind its name; undefined when that depends on
 * more, or it isn't known.
 * @param resource the segment behind the project's id, undefined for the project itself
 */
export function readResource(
  access: "read" | "write",
  resource = "",
): RepositoryAction | undefined {
  // A format may stand behind the name: `variables.json`; some routers leave parameters and white space out
  const [name = ""] = resource.toLowerCase().split(/[.;\s]/, 1);
  const what = (access === "read" ? secretReads : forbiddenWrites).get(name);
  if (what !== undefined) return { type: "forbidden", what };
  if (access === "read") return readable.has(name) ? read : undefined;
  const other = otherWrites.get(resource);
  return other === undefined ? undefined : { type: "other", what: other };
}
