import type { RepositoryCall } from "../../repository-call.ts";
import { NotUnderstood } from "../../api-reading.ts";

/**
 * Reading of the repository that a new pull request takes its commits from, when it's another one: they become readable
 * in the pull request. `head` is `branch` or `owner:branch`, for a fork; GitHub knows one fork of an owner, which has the
 * same name unless `name` says another.
 * https://docs.github.com/en/rest/pulls/pulls#create-a-pull-request
 * @throws NotUnderstood
 */
export function readPullHead(
  base: string,
  { head, name }: { readonly head: unknown; readonly name?: unknown },
): readonly RepositoryCall[] {
  const given = name ?? undefined;
  const isPlain = typeof head === "string" && /^[^:]+(?::[^:]+)?$/.test(head);
  if (!isPlain || (given !== undefined && typeof given !== "string")) {
    throw new NotUnderstood('"head" is neither a branch nor owner:branch');
  }
  const [baseOwner = "", baseName = ""] = base.split("/");
  const owner = head.includes(":") ? head.slice(0, head.indexOf(":")) : baseOwner;
  const repository = `${owner}/${given ?? baseName}`;
  if (repository.toLowerCase() === base.toLowerCase()) return [];
  if (!/^[a-z0-9_-]+\/[a-z0-9._-]+$/i.test(repository)) {
    throw new NotUnderstood("its head does not name a repository plainly");
  }
  return [{ repository, action: { type: "read" } }];
}

/** What a review with this event is; without one it stays a draft. */
export function toReviewStep(event: unknown): "comment" | "merge" | undefined {
  switch (typeof event === "string" ? event.toUpperCase() : event) {
    case undefined:
    case null:
    case "COMMENT":
    case "REQUEST_CHANGES":
      return "comment";
    case "APPROVE":
    case "DISMISS":
      return "merge";
    default:
      return undefined;
  }
}
