// Mutations of pull requests that say more than which one they are about.
import type { RepositoryCall } from "../../repository-call.ts";
import { nodeAt, optionalNodeAt, toCall, type Input } from "./graphql-input.ts";
import { toReads } from "./graphql-queries.ts";
import { NotUnderstood } from "../../api-reading.ts";
import { readPullHead } from "./pull-request.ts";
import { toReviewStep } from "./pull-request.ts";

const pullRequest = ["PullRequest"];
const review = ["PullRequestReview"];

/** A new one, with what it reads of the repository that its commits come from. */
export function readCreatePullRequest(input: Input): readonly RepositoryCall[] {
  const { repository } = nodeAt(input, "repositoryId", ["Repository"]);
  // Its commits become readable there
  const [named] = optionalNodeAt(input, "headRepositoryId", ["Repository"]);
  const calls = [toCall(repository, { type: "pull", step: "create" })];
  const head = input.value("headRefName");
  if (named === undefined) return [...calls, ...readPullHead(repository, { head })];
  const name = named.repository.split("/")[1];
  const isOwned = typeof head === "string" && head.includes(":");
  const owned = isOwned ? readPullHead(repository, { head, name }) : [];
  return [...calls, ...toReads([named]), ...owned];
}

/** An approval may be all that a merge waits for. */
export function readReview(input: Input): readonly RepositoryCall[] {
  const step = toReviewStep(input.value("event"));
  if (step === undefined) throw new NotUnderstood("a review's event is not known");
  const places = [
    ...optionalNodeAt(input, "pullRequestId", pullRequest),
    ...optionalNodeAt(input, "pullRequestReviewId", review),
  ];
  return toPullCalls(places, step);
}

/** What is said at a line of one. */
export function readThread(input: Input): readonly RepositoryCall[] {
  const places = [
    ...optionalNodeAt(input, "pullRequestId", pullRequest),
    ...optionalNodeAt(input, "pullRequestReviewId", review),
    ...optionalNodeAt(input, "pullRequestReviewThreadId", ["PullRequestReviewThread"]),
  ];
  return toPullCalls(places, "comment");
}

function toPullCalls(
  places: readonly { readonly repository: string }[],
  step: "comment" | "merge",
): readonly RepositoryCall[] {
  if (places.length === 0) throw new NotUnderstood("it names no pull request");
  return places.map(({ repository }) => toCall(repository, { type: "pull", step }));
}
