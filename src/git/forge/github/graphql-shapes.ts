// What may be selected in a GraphQL query, by type: fields with a plain value, and fields that lead to another of these types
// (`*` a connection of them, `^` an edge to one). Nothing else is let through, so a query that begins in a repository stays
// in it. `graphql-fields.json` is made from GitHub's published schema (`npm run generate:graphql`);
// test/github-schema/field-choices.ts says what is left out of it and why: fields that lead to other repositories, and those
// that hand out a credential. Where another repository or ref is only named (the head of a pull request from a fork), its own
// small type says what may be asked of it.
import { toWords } from "../../../base/words.ts";
import schemaFields from "./graphql-fields.json" with { type: "json" };

/** Fields of one type: undefined leads nowhere. */
export type Shape = ReadonlyMap<string, Link | undefined>;

/** Where a field leads: another type, and how its values are wrapped. */
export interface Link {
  readonly type: string;
  readonly as: "object" | "connection" | "edge";
}

/** Types of which a value is one of several; a fragment says which. */
const alternatives: ReadonlyMap<string, readonly string[]> = new Map([
  ["GitObject", ["Commit", "Tree", "Blob", "Tag"]],
  ["IssueOrPullRequest", ["Issue", "PullRequest"]],
  ["StatusCheckRollupContext", ["CheckRun", "StatusContext"]],
]);

// Beside what the schema has: types of which one of several is there, and small shapes for what leads elsewhere
const smallShapes = {
  IssueOrPullRequest: "id",
  StatusCheckRollupContext: "id",
  Node: "id",
  // Boards may be of several repositories
  Project: "closed id name number resourcePath title url",
  ProjectCard: "id project:Project column:ProjectColumn",
  ProjectColumn: "id name",
  ProjectItem: "fieldValueByName:ProjectItemValue id project:Project",
  ProjectItemValue: "id name optionId",
  // A repository or ref that is named beside this one: the head of a pull request, what a fork was made from
  OtherRepository: `
    createdAt databaseId defaultBranchRef:OtherRef description hasIssuesEnabled hasWikiEnabled id isArchived isFork
    isPrivate name nameWithOwner owner:Account url viewerPermission visibility`,
  OtherRef: "id name prefix repository:OtherRepository",
  // User, Organization, Bot, Team and what else acts
  Account:
    "avatarUrl combinedSlug databaseId email id login name organization:Account resourcePath slug url",
  StateCount: "count state",
  // What every mutation below gives back
  Payload: `
    actor:Account assignable:IssueOrPullRequest clientMutationId comment:PullRequestReviewComment
    commentEdge:IssueComment^ commit:Commit issue:Issue issueComment:IssueComment label:Label
    labelable:IssueOrPullRequest mergeCommit:Commit pullRequest:PullRequest pullRequestReview:PullRequestReview
    reactionGroups:ReactionGroup ref:Ref requestedReviewersEdge:Account^ reviewEdge:PullRequestReview^ subject:Node
    thread:PullRequestReviewThread`,
};

// Figures about a connection's nodes
const connectionLeaves =
  "checkRunCount checkRunCountsByState:StateCount issueCount pageInfo:PageInfo statusContextCount " +
  "statusContextCountsByState:StateCount totalCount totalSize";

const objectShapes: ReadonlyMap<string, Shape> = new Map(
  Object.entries({ ...schemaFields, ...smallShapes }).map(([type, text]) => [
    type,
    parseShape(text),
  ]),
);

/** The fields of a type, connection or edge. */
export function shapeOf({ type, as }: Link): Shape {
  if (as === "connection") return parseShape(`${connectionLeaves} nodes:${type} edges:${type}^`);
  if (as === "edge") return parseShape(`cursor node:${type} size`);
  return objectShapes.get(type) ?? new Map();
}

/**
 * The type that a fragment's fields are of. What can be only one thing stays that, whatever the condition says: its small
 * shape holds. Undefined for a condition that isn't known where it could be several.
 */
export function narrow({ type, as }: Link, condition: string): Link | undefined {
  if (as !== "object") return { type, as };
  const options = type === "Node" ? nodeTypes : alternatives.get(type);
  if (options === undefined || condition === type) return { type, as };
  return options.includes(condition) ? { type: condition, as } : undefined;
}

/** Types in a repository whose ids can be asked which one: all of them have a field `repository`, or are one. */
export const nodeTypes = toWords(`
  Repository PullRequest Issue IssueComment PullRequestReview PullRequestReviewComment PullRequestReviewThread
  CommitComment Commit Tree Blob Tag Ref Label Milestone Release CheckRun CheckSuite`);

function parseShape(text: string): Shape {
  return new Map(toWords(text).map(parseField));
}

function parseField(text: string): [string, Link | undefined] {
  const [name, target] = text.split(":") as [string, string | undefined];
  if (target === undefined) return [name, undefined];
  const type = target.replace(/[*^]$/, "");
  const as = target.endsWith("*") ? "connection" : target.endsWith("^") ? "edge" : "object";
  return [name, { type, as }];
}
