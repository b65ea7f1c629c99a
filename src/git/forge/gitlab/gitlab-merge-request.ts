// Writes below `/projects/:id/merge_requests` of GitLab's REST API.
// https://docs.gitlab.com/api/merge_requests/, merge_request_approvals/, notes/, discussions/, draft_notes/
import { saidOfWords, wordSet } from "../../../base/words.ts";
import { NotUnderstood } from "../../api-reading.ts";
import type { Parameters } from "./gitlab-parameters.ts";
import { readComment } from "./gitlab-quick-action.ts";
import { type GitlabWrite } from "./gitlab-repository.ts";
import type { RepositoryAction } from "../../repository-call.ts";

/** A write that counts only when the project with this number is the one that the path names. */
export interface MergeRequestWrite {
  readonly action: RepositoryAction;
  readonly projectId?: number;
}

/** What may be said of a merge request; others set approvals, or aren't known. */
const knownFields = wordSet(`
  add_labels allow_collaboration allow_maintainer_to_push assignee_id assignee_ids description
  discussion_locked labels merge_request_iid milestone_id remove_labels remove_source_branch reviewer_ids
  source_branch squash state_event target_branch target_project_id title`);

const comments = wordSet("discussions draft_notes notes");
const harmless = wordSet(`
  add_spent_time award_emoji reset_spent_time reset_time_estimate subscribe time_estimate todo unsubscribe`);
const merging = wordSet("approve cancel_merge_when_pipeline_succeeds merge unapprove");
const forbidden = saidOfWords([
  ["changing who approves merge requests", "approval_rules approvals approvers reset_approvals"],
  ["running a pipeline", "pipelines"],
  ["rewriting a branch by a merge request (rebase and push it instead)", "rebase"],
]);

/**
 * What a write below `merge_requests` asks for, or undefined when it isn't known.
 * @throws NotUnderstood
 */
export function readMergeRequestWrite(write: GitlabWrite): MergeRequestWrite | undefined {
  const { method, segments } = write;
  const [, iid, verb, ...rest] = segments;
  if (iid === undefined) return method === "POST" ? readFields(write.parameters()) : undefined;
  if (!/^[0-9]+$/.test(iid)) return undefined;
  if (verb === undefined) {
    if (method === "PUT") return readFields(write.parameters());
    return method === "DELETE"
      ? { action: { type: "forbidden", what: "deleting a merge request" } }
      : undefined;
  }
  const what = forbidden.get(verb);
  if (what !== undefined) return { action: { type: "forbidden", what } };
  if (comments.has(verb)) return readDiscussion(write, verb, rest);
  if (harmless.has(verb)) return { action: { type: "pull", step: "comment" } };
  if (merging.has(verb) && rest.length === 0) return { action: { type: "pull", step: "merge" } };
  return undefined;
}

function readFields(parameters: Parameters): MergeRequestWrite {
  for (const name of parameters.keys()) {
    if (!knownFields.has(name)) throw new NotUnderstood(`the parameter ${name} is not known`);
  }
  const comment = readComment(parameters, ["description", "title"]);
  const merges = comment.type === "pull" && comment.step === "merge";
  const action = { type: "pull", step: merges ? "merge" : "create" } as const;
  const target = parameters.get("target_project_id");
  if (target === undefined && !parameters.has("target_project_id")) return { action };
  const projectId = typeof target === "string" && /^[0-9]{1,15}$/.test(target) ? +target : target;
  if (typeof projectId !== "number" || !Number.isSafeInteger(projectId)) {
    throw new NotUnderstood("the parameter target_project_id is not a number");
  }
  return { action, projectId };
}

/** Replies, edits, resolving, and sending a review that was drafted (`draft_notes/bulk_publish`). */
function readDiscussion(
  write: GitlabWrite,
  verb: string,
  rest: readonly string[],
): MergeRequestWrite | undefined {
  if (verb === "draft_notes" && rest.at(-1) === "bulk_publish") {
    // A review may approve
    return { action: { type: "pull", step: "merge" } };
  }
  if (verb === "draft_notes" && rest.at(-1) === "publish") {
    return { action: { type: "pull", step: "comment" } };
  }
  if (write.method === "DELETE") return { action: { type: "pull", step: "comment" } };
  if (write.method !== "POST" && write.method !== "PUT") return undefined;
  return { action: readComment(write.parameters(), ["body", "note"]) };
}
