import type { RepositoryAction } from "../../repository-call.ts";
import { NotUnderstood, textOf, type Parameters } from "./gitlab-parameters.ts";
import { findQuickAction } from "./gitlab-quick-action.ts";

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
