// What mutations mean (https://docs.github.com/en/graphql/reference/mutations, as of 2026-11). Each says which fields its
// input may have: what isn't here, isn't understood, and so is refused.
import type { FieldNode } from "graphql";
import type { RepositoryAction, RepositoryCall } from "../../repository-call.ts";
import type { GraphqlDocument } from "./graphql-document.ts";
import { nodeAt, toCall, toInput, type Input } from "./graphql-input.ts";
import { readCreatePullRequest, readReview, readThread } from "./graphql-pull-mutations.ts";
import { toReads } from "./graphql-queries.ts";
import {
  readCommitOnBranch,
  readCreateLinkedBranch,
  readCreateRef,
  readDeleteRef,
  readMergeBranch,
  readUpdateRef,
  readUpdateRefs,
} from "./graphql-ref-mutations.ts";
import { readArguments, readSelections } from "./graphql-selections.ts";
import type { Facts } from "./node-facts.ts";
import { NotUnderstood } from "../../api-reading.ts";

interface Mutation {
  /** Fields of its input, beside clientMutationId */
  readonly fields: string;
  readonly read: (input: Input) => readonly RepositoryCall[];
}

const pullRequest = ["PullRequest"];
const review = ["PullRequestReview"];
const subject = ["PullRequest", "Issue"];
const reactable = [
  ...subject,
  "IssueComment",
  "PullRequestReview",
  "PullRequestReviewComment",
  "CommitComment",
];

const lineComment = ["PullRequestReviewComment"];

const createFields =
  "repositoryId baseRefName headRefName headRepositoryId title body draft maintainerCanModify";
const updateFields =
  "pullRequestId baseRefName title body state maintainerCanModify assigneeIds labelIds " +
  "milestoneId projectIds";
const mergeFields =
  "pullRequestId commitHeadline commitBody mergeMethod expectedHeadOid authorEmail";
const reviewFields = "pullRequestId commitOID body event comments threads";
const threadFields =
  "pullRequestId pullRequestReviewId path body line side startLine startSide subjectType";
const replyFields = "pullRequestReviewThreadId pullRequestReviewId body";
const issueFields = "repositoryId title body assigneeIds labelIds milestoneId issueTemplate";

const mutations: ReadonlyMap<string, Mutation> = new Map([
  ["createCommitOnBranch", on("branch fileChanges message expectedHeadOid", readCommitOnBranch)],
  ["createRef", on("repositoryId name oid", readCreateRef)],
  ["createLinkedBranch", on("issueId oid name repositoryId", readCreateLinkedBranch)],
  ["updateRef", on("refId oid force", readUpdateRef)],
  ["updateRefs", on("repositoryId refUpdates", readUpdateRefs)],
  ["deleteRef", on("refId", readDeleteRef)],
  ["mergeBranch", on("repositoryId base head commitMessage authorEmail", readMergeBranch)],
  ["createPullRequest", on(createFields, readCreatePullRequest)],
  ["updatePullRequest", pull("create", pullRequest, updateFields)],
  ["closePullRequest", pull("create", pullRequest, "pullRequestId")],
  ["reopenPullRequest", pull("create", pullRequest, "pullRequestId")],
  ["convertPullRequestToDraft", pull("create", pullRequest, "pullRequestId")],
  ["markPullRequestReadyForReview", pull("create", pullRequest, "pullRequestId")],
  ["requestReviews", pull("create", pullRequest, "pullRequestId userIds teamIds botIds union")],
  ["mergePullRequest", pull("merge", pullRequest, mergeFields)],
  ["enablePullRequestAutoMerge", pull("merge", pullRequest, mergeFields)],
  ["disablePullRequestAutoMerge", pull("merge", pullRequest, "pullRequestId")],
  ["enqueuePullRequest", pull("merge", pullRequest, "pullRequestId expectedHeadOid jump")],
  ["dequeuePullRequest", pull("merge", pullRequest, "id")],
  ["addComment", pull("comment", subject, "subjectId body")],
  ["updateIssueComment", pull("comment", ["IssueComment"], "id body")],
  ["deleteIssueComment", pull("comment", ["IssueComment"], "id")],
  ["addPullRequestReview", on(reviewFields, readReview)],
  ["submitPullRequestReview", on("pullRequestId pullRequestReviewId event body", readReview)],
  ["updatePullRequestReview", pull("comment", review, "pullRequestReviewId body")],
  ["deletePullRequestReview", pull("comment", review, "pullRequestReviewId")],
  ["dismissPullRequestReview", pull("merge", review, "pullRequestReviewId message")],
  ["addPullRequestReviewThread", on(threadFields, readThread)],
  ["addPullRequestReviewThreadReply", on(replyFields, readThread)],
  [
    "updatePullRequestReviewComment",
    pull("comment", lineComment, "pullRequestReviewCommentId body"),
  ],
  ["deletePullRequestReviewComment", pull("comment", lineComment, "id")],
  ["resolveReviewThread", pull("comment", ["PullRequestReviewThread"], "threadId")],
  ["unresolveReviewThread", pull("comment", ["PullRequestReviewThread"], "threadId")],
  ["addReaction", pull("comment", reactable, "subjectId content")],
  ["removeReaction", pull("comment", reactable, "subjectId content")],
  ["addLabelsToLabelable", other("changing labels", subject, "labelableId labelIds")],
  ["removeLabelsFromLabelable", other("changing labels", subject, "labelableId labelIds")],
  ["clearLabelsFromLabelable", other("changing labels", subject, "labelableId")],
  ["addAssigneesToAssignable", other("changing assignees", subject, "assignableId assigneeIds")],
  [
    "removeAssigneesFromAssignable",
    other("changing assignees", subject, "assignableId assigneeIds"),
  ],
  ["replaceActorsForAssignable", other("changing assignees", subject, "assignableId actorIds")],
  ["createIssue", other("changing issues", ["Repository"], issueFields)],
  ["updateIssue", other("changing issues", ["Issue"], "id title body state assigneeIds labelIds")],
  ["closeIssue", other("changing issues", ["Issue"], "issueId stateReason")],
  ["reopenIssue", other("changing issues", ["Issue"], "issueId")],
  ["createLabel", other("changing labels", ["Repository"], "repositoryId name color description")],
  ["updateLabel", other("changing labels", ["Label"], "id name color description")],
  ["deleteLabel", other("changing labels", ["Label"], "id")],
]);

/** What a field at the top of a mutation changes, and what it reads of the result. @throws NotUnderstood */
export function readMutationField(
  document: GraphqlDocument,
  field: FieldNode,
  facts: Facts,
): readonly RepositoryCall[] {
  const name = field.name.value;
  if (name === "__typename") return [];
  const mutation = mutations.get(name);
  if (mutation === undefined) {
    throw new NotUnderstood(
      `the mutation ${name.slice(0, 60)} is not one that a git: entry can allow`,
    );
  }
  const input = readArguments(document, field, ["input"]).get("input");
  const calls = mutation.read(toInput(input, mutation.fields.split(" "), facts));
  return [...calls, ...toReads(readSelections(document, { field, type: "Payload" }, facts))];
}

function on(fields: string, read: Mutation["read"]): Mutation {
  return { fields, read };
}

/** A step of the pull request that the first field's id names. */
function pull(
  step: "comment" | "create" | "merge",
  types: readonly string[],
  fields: string,
): Mutation {
  return about({ type: "pull", step }, types, fields);
}

function other(what: string, types: readonly string[], fields: string): Mutation {
  return about({ type: "other", what }, types, fields);
}

function about(action: RepositoryAction, types: readonly string[], fields: string): Mutation {
  const [id = ""] = fields.split(" ");
  return on(fields, (input) => [toCall(nodeAt(input, id, types).repository, action)]);
}
