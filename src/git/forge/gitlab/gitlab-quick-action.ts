// GitLab runs lines such as `/merge` in descriptions and comments as commands of whoever wrote the text
// (https://docs.gitlab.com/user/project/quick_actions/), so a comment can be much more than one.
import { wordSet } from "../../../base/words.ts";
import { NotUnderstood } from "../../api-reading.ts";
import type { RepositoryAction } from "../../repository-call.ts";
import { textOf, type Parameters } from "./gitlab-parameters.ts";

/** What the commands of a text do: the strongest of them. */
export type QuickAction =
  | { readonly type: "none" }
  /** Labels, title, reviewers and the like */
  | { readonly type: "edit" }
  /** Merges, approves, or sends a review that may approve */
  | { readonly type: "merge" }
  /** Another one, or a word that may become one */
  | { readonly type: "unknown"; readonly word: string };

const edits = wordSet(`
  assign assign_reviewer award cc clear_health_status clear_weight close confidential copy_metadata done
  draft due estimate estimate_time health_status iteration label labels lock milestone react ready reassign
  reassign_reviewer relabel relate remove_due_date remove_estimate remove_iteration remove_label
  remove_milestone remove_reviewer remove_time_estimate remove_time_spent reopen request_review reviewer
  shrug spend spend_time subscribe tableflip target_branch title todo unapprove unassign unassign_reviewer
  unlabel unlock unsubscribe weight`);
const merges = wordSet("approve merge submit_review");

// GitLab wants the word alone or with a space behind; it ignores code blocks and quotes, which nobody can tell apart here
const command = /(?:^|[\n\u2028\u2029])[^\S\n\u2028\u2029]*\/([a-z][a-z_]*)(?=\s|$)/gi;

/**
 * Reads a text for commands. GitLab drops carriage returns before it looks, so they can't hide one.
 */
export function findQuickAction(text: string): QuickAction {
  let found: QuickAction = { type: "none" };
  for (const [, word = ""] of text.replaceAll("\r", "").matchAll(command)) {
    const name = word.toLowerCase();
    if (merges.has(name)) found = { type: "merge" };
    else if (!edits.has(name)) return { type: "unknown", word: name };
    else if (found.type === "none") found = { type: "edit" };
  }
  return found;
}

/**
 * A comment, or what the commands in it do.
 * @throws NotUnderstood
 */
export function readComment(parameters: Parameters, fields: readonly string[]): RepositoryAction {
  const texts = fields.map((field) => textOf(parameters, field) ?? "");
  const found = findQuickAction(texts.join("\n"));
  switch (found.type) {
    case "none":
      return { type: "pull", step: "comment" };
    case "edit":
      return { type: "pull", step: "create" };
    case "merge":
      return { type: "pull", step: "merge" };
    case "unknown":
      throw new NotUnderstood(
        `a line of the text begins with the command /${found.word}; write something before it`,
      );
  }
}
