import { saidOfWords, wordSet } from "../../../base/words.ts";
import type { RepositoryAction } from "../../repository-call.ts";

const read: RepositoryAction = { type: "read" };

/** What reading them tells is in a clone too, or is about it; the project itself as well. */
const readable = wordSet("jobs languages pipelines releases repository statuses");

/** Reading these reveals secrets: CI variables, tokens, state files. */
const secretReads = saidOfWords([
  ["reading *", "access_tokens deploy_tokens integrations secure_files"],
  ["exporting the project", "export"],
  ["reading webhooks", "hooks"],
  ["reading the variables of pipeline schedules", "pipeline_schedules"],
  ["reading mirrors", "remote_mirrors"],
  ["reading integrations", "services"],
  ["reading Terraform states", "terraform"],
  ["reading trigger tokens", "triggers"],
  ["reading CI variables", "variables"],
]);

const forbiddenWrites = saidOfWords([
  [
    "changing *",
    `access_tokens cluster_agents deploy_keys deploy_tokens deployments environments freeze_periods
     integrations pages pipeline_schedules releases runners secure_files snippets triggers`,
  ],
  ["changing who has access", "access_requests import_project_members members"],
  ["changing who approves merge requests", "approval_rules approvals"],
  ["archiving the project", "archive unarchive"],
  ["exporting the project", "export"],
  ["changing status checks", "external_status_checks"],
  ["forking the project or changing what it is a fork of", "fork"],
  ["changing webhooks", "hooks"],
  ["housekeeping", "housekeeping"],
  ["inviting people", "invitations"],
  ["changing what job tokens may do", "job_token_scope"],
  ["running or changing *", "jobs pipelines"],
  ["changing mirrors", "mirror remote_mirrors"],
  ["publishing or deleting packages", "packages"],
  ["running a pipeline", "pipeline ref trigger"],
  ["changing the protection of branches", "protected_branches"],
  ["changing the protection of environments", "protected_environments"],
  ["changing the protection of tags", "protected_tags"],
  ["changing push rules", "push_rule"],
  ["changing the container registry", "registry"],
  ["moving the project", "repository_storage_moves transfer"],
  ["restoring the project", "restore"],
  ["changing integrations", "services"],
  ["sharing the project", "share"],
  ["setting the status of a commit", "statuses"],
  ["changing Terraform states", "terraform"],
  ["unlocking the project", "unlock"],
  ["changing CI variables", "variables"],
  ["changing the wiki", "wikis"],
]);

/** About neither code nor merge requests. */
const otherWrites = saidOfWords([
  ["*", "badges boards labels milestones uploads"],
  ["stars", "star unstar"],
]);

/**
 * What GitLab tells of a merge request, beside itself. Elsewhere it shows issues and merge requests of any project that the
 * author named: `closes_issues`, `related_issues`, `blocks`.
 */
const mergeRequestReads = wordSet(`
  approval_rules approval_settings approval_state approvals award_emoji changes commits context_commits
  diffs discussions draft_notes merge_ref notes participants pipelines raw_diffs resource_label_events
  resource_milestone_events resource_state_events reviewers time_stats versions`);

/** What is read below a merge request, by the segment behind its number. */
export function readMergeRequestPart(part = ""): RepositoryAction | undefined {
  const [name = ""] = part.toLowerCase().split(".", 1);
  return name === "" || mergeRequestReads.has(name) ? read : undefined;
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
  if (name === "") {
    return access === "read"
      ? read
      : { type: "forbidden", what: "changing or deleting the project" };
  }
  const what = (access === "read" ? secretReads : forbiddenWrites).get(name);
  if (what !== undefined) return { type: "forbidden", what };
  if (access === "read") return readable.has(name) ? read : undefined;
  const other = otherWrites.get(resource);
  return other === undefined ? undefined : { type: "other", what: other };
}
