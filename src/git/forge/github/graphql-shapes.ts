// What may be selected in a GraphQL query, by type: fields with a plain value, and fields that lead to another of these types
// (`*` a connection of them, `^` an edge to one). Nothing else is let through, so a query that begins in a repository stays
// in it: https://docs.github.com/en/graphql/reference/objects, as of 2026-11.
// Left out are fields that lead to other repositories (forks, closing issues, a user's repositories), that hand out a
// credential (tempCloneToken, links to archives), and whatever wasn't read with care. Where another repository or ref is
// only named (the head of a pull request from a fork), its own small type says what may be asked of it.

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

const shapes = {
  Repository: `
    allowUpdateBranch archivedAt autoMergeAllowed createdAt databaseId deleteBranchOnMerge description forkCount
    forkingAllowed hasDiscussionsEnabled hasIssuesEnabled hasProjectsEnabled hasWikiEnabled homepageUrl id
    isArchived isBlankIssuesEnabled isDisabled isEmpty isFork isInOrganization isLocked isMirror isPrivate
    isSecurityPolicyEnabled isTemplate lockReason mergeCommitAllowed mergeCommitMessage mergeCommitTitle name
    nameWithOwner pushedAt rebaseMergeAllowed resourcePath securityPolicyUrl squashMergeAllowed
    squashMergeCommitMessage squashMergeCommitTitle sshUrl stargazerCount updatedAt url viewerCanAdminister
    viewerCanCreateProjects viewerCanSubscribe viewerCanUpdateTopics viewerDefaultMergeMethod viewerHasStarred
    viewerPermission viewerSubscription visibility webCommitSignoffRequired assignableUsers:Account*
    branchProtectionRules:BranchProtectionRule* codeOfConduct:CodeOfConduct commitComments:CommitComment*
    contactLinks:RepositoryContactLink defaultBranchRef:Ref fundingLinks:FundingLink issue:Issue
    issueOrPullRequest:IssueOrPullRequest issueTemplates:IssueTemplate issues:Issue* label:Label labels:Label*
    languages:Language* latestRelease:Release licenseInfo:License mentionableUsers:Account* milestone:Milestone
    milestones:Milestone* object:GitObject owner:Account parent:OtherRepository primaryLanguage:Language
    pullRequest:PullRequest pullRequestTemplates:PullRequestTemplate pullRequests:PullRequest* ref:Ref refs:Ref*
    release:Release releases:Release* repositoryTopics:RepositoryTopic* submodules:Submodule*
    templateRepository:OtherRepository projects:Project* projectsV2:Project*`,
  PullRequest: `
    activeLockReason additions authorAssociation baseRefName baseRefOid body bodyText canBeRebased changedFiles
    checksUrl closed closedAt createdAt databaseId deletions fullDatabaseId headRefName headRefOid id
    includesCreatedEdit isCrossRepository isDraft isInMergeQueue isMergeQueueEnabled isReadByViewer lastEditedAt
    locked maintainerCanModify mergeStateStatus mergeable merged mergedAt number permalink publishedAt revertUrl
    reviewDecision state title totalCommentsCount updatedAt url viewerCanClose viewerCanReopen viewerCanUpdate
    viewerDidAuthor viewerMergeBodyText viewerMergeHeadlineText viewerSubscription assignees:Account* author:Account
    autoMergeRequest:AutoMergeRequest baseRef:Ref baseRepository:OtherRepository comments:IssueComment*
    commits:PullRequestCommit* editor:Account files:PullRequestChangedFile* headRef:OtherRef
    headRepository:OtherRepository headRepositoryOwner:Account labels:Label*
    latestOpinionatedReviews:PullRequestReview* latestReviews:PullRequestReview* mergeCommit:Commit mergedBy:Account
    milestone:Milestone participants:Account* potentialMergeCommit:Commit reactionGroups:ReactionGroup
    repository:OtherRepository reviewRequests:ReviewRequest* reviewThreads:PullRequestReviewThread*
    reviews:PullRequestReview* statusCheckRollup:StatusCheckRollup suggestedReviewers:SuggestedReviewer
    viewerLatestReview:PullRequestReview viewerLatestReviewRequest:ReviewRequest projectCards:ProjectCard*
    projectItems:ProjectItem*`,
  Issue: `
    activeLockReason authorAssociation body bodyText bodyUrl closed closedAt createdAt databaseId fullDatabaseId id
    includesCreatedEdit isPinned isReadByViewer lastEditedAt locked number publishedAt state stateReason title
    trackedIssuesCount updatedAt url viewerCanClose viewerCanReopen viewerCanUpdate viewerDidAuthor
    viewerSubscription assignees:Account* author:Account comments:IssueComment* editor:Account labels:Label*
    milestone:Milestone participants:Account* reactionGroups:ReactionGroup repository:OtherRepository
    projectCards:ProjectCard* projectItems:ProjectItem*`,
  Commit: `
    abbreviatedOid additions authoredByCommitter authoredDate changedFiles changedFilesIfAvailable commitUrl
    committedDate committedViaWeb deletions id message messageBody messageHeadline oid pushedDate treeUrl
    url viewerSubscription author:GitActor authors:GitActor* blame:Blame checkSuites:CheckSuite*
    comments:CommitComment* committer:GitActor file:TreeEntry history:Commit* onBehalfOf:Account parents:Commit*
    repository:OtherRepository status:Status statusCheckRollup:StatusCheckRollup submodules:Submodule* tree:Tree`,
  Ref: `
    id name prefix branchProtectionRule:BranchProtectionRule refUpdateRule:RefUpdateRule repository:OtherRepository
    target:GitObject`,
  Tree: `
    abbreviatedOid commitUrl id oid entries:TreeEntry repository:OtherRepository`,
  TreeEntry: `
    extension isGenerated lineCount mode name nameRaw oid path pathRaw size type language:Language object:GitObject
    repository:OtherRepository submodule:Submodule`,
  Blob: `
    abbreviatedOid byteSize commitUrl id isBinary isTruncated oid text repository:OtherRepository`,
  Tag: `
    abbreviatedOid commitUrl id message name oid repository:OtherRepository tagger:GitActor target:GitObject`,
  PullRequestReview: `
    authorAssociation authorCanPushToRepository body bodyText createdAt databaseId fullDatabaseId id
    includesCreatedEdit isMinimized lastEditedAt minimizedReason publishedAt state submittedAt updatedAt url
    viewerCanUpdate viewerDidAuthor author:Account comments:PullRequestReviewComment* commit:Commit editor:Account
    onBehalfOf:Account* pullRequest:PullRequest reactionGroups:ReactionGroup repository:OtherRepository`,
  PullRequestReviewComment: `
    authorAssociation body bodyText createdAt databaseId diffHunk draftedAt fullDatabaseId id includesCreatedEdit
    isMinimized lastEditedAt line minimizedReason originalLine originalPosition originalStartLine outdated path
    position publishedAt startLine state subjectType updatedAt url viewerCanUpdate viewerDidAuthor author:Account
    commit:Commit editor:Account originalCommit:Commit pullRequest:PullRequest pullRequestReview:PullRequestReview
    reactionGroups:ReactionGroup replyTo:PullRequestReviewComment repository:OtherRepository`,
  PullRequestReviewThread: `
    diffSide id isCollapsed isOutdated isResolved line originalLine originalStartLine path startDiffSide startLine
    subjectType comments:PullRequestReviewComment* pullRequest:PullRequest repository:OtherRepository
    resolvedBy:Account`,
  IssueComment: `
    authorAssociation body bodyText createdAt databaseId fullDatabaseId id includesCreatedEdit isMinimized
    lastEditedAt minimizedReason publishedAt updatedAt url viewerCanUpdate viewerDidAuthor author:Account
    editor:Account issue:Issue pullRequest:PullRequest reactionGroups:ReactionGroup repository:OtherRepository`,
  CommitComment: `
    authorAssociation body bodyText createdAt databaseId id includesCreatedEdit isMinimized lastEditedAt
    minimizedReason path position publishedAt updatedAt url viewerCanUpdate viewerDidAuthor author:Account
    commit:Commit editor:Account reactionGroups:ReactionGroup repository:OtherRepository`,
  Label: `
    color createdAt description id isDefault name updatedAt url issues:Issue* pullRequests:PullRequest*
    repository:OtherRepository`,
  Milestone: `
    closed closedAt createdAt description dueOn id number progressPercentage state title updatedAt url
    viewerCanClose viewerCanReopen creator:Account issues:Issue* pullRequests:PullRequest*
    repository:OtherRepository`,
  Release: `
    createdAt databaseId description id isDraft isLatest isPrerelease name publishedAt tagName updatedAt url
    author:Account mentions:Account* reactionGroups:ReactionGroup releaseAssets:ReleaseAsset*
    repository:OtherRepository tag:Ref tagCommit:Commit`,
  ReleaseAsset: `
    contentType createdAt downloadCount downloadUrl id name size updatedAt url release:Release uploadedBy:Account`,
  CheckRun: `
    completedAt conclusion databaseId detailsUrl externalId id isRequired name permalink startedAt status summary
    text title url annotations:CheckAnnotation* checkSuite:CheckSuite repository:OtherRepository steps:CheckStep*`,
  CheckSuite: `
    conclusion createdAt databaseId id status updatedAt url app:App branch:OtherRef checkRuns:CheckRun*
    commit:Commit creator:Account repository:OtherRepository workflowRun:WorkflowRun`,
  WorkflowRun: `
    createdAt databaseId event id runNumber updatedAt url checkSuite:CheckSuite workflow:Workflow`,
  Workflow: `
    createdAt databaseId id name state updatedAt url runs:WorkflowRun*`,
  StatusCheckRollup: `
    id state commit:Commit contexts:StatusCheckRollupContext*`,
  StatusContext: `
    avatarUrl context createdAt description id isRequired state targetUrl commit:Commit creator:Account`,
  Status: `
    id state combinedContexts:StatusCheckRollupContext* commit:Commit context:StatusContext contexts:StatusContext`,
  CheckAnnotation: `
    annotationLevel blobUrl databaseId message path rawDetails title`,
  CheckStep: `
    completedAt conclusion externalId name number secondsToCompletion startedAt status`,
  ReviewRequest: `
    asCodeOwner databaseId id pullRequest:PullRequest requestedReviewer:Account`,
  ReactionGroup: `
    content createdAt viewerHasReacted reactors:Account* users:Account*`,
  PullRequestCommit: `
    id url commit:Commit pullRequest:PullRequest`,
  PullRequestChangedFile: `
    additions changeType deletions path viewerViewedState`,
  Language: `
    color id name`,
  License: `
    body description id key name nickname spdxId url`,
  AutoMergeRequest: `
    commitBody commitHeadline enabledAt mergeMethod enabledBy:Account pullRequest:PullRequest`,
  BranchProtectionRule: `
    allowsDeletions allowsForcePushes blocksCreations databaseId dismissesStaleReviews id isAdminEnforced
    lockAllowsFetchAndMerge lockBranch pattern requireLastPushApproval requiredApprovingReviewCount
    requiredDeploymentEnvironments requiredStatusCheckContexts requiresApprovingReviews requiresCodeOwnerReviews
    requiresCommitSignatures requiresConversationResolution requiresDeployments requiresLinearHistory
    requiresStatusChecks requiresStrictStatusChecks restrictsPushes restrictsReviewDismissals creator:Account
    repository:OtherRepository`,
  RefUpdateRule: `
    allowsDeletions allowsForcePushes blocksCreations pattern requiredApprovingReviewCount
    requiredStatusCheckContexts requiresCodeOwnerReviews requiresConversationResolution requiresLinearHistory
    requiresSignatures viewerAllowedToDismissReviews`,
  Blame: `
    ranges:BlameRange`,
  BlameRange: `
    age endingLine startingLine commit:Commit`,
  GitActor: `
    avatarUrl date email name user:Account`,
  RepositoryTopic: `
    id url topic:Topic`,
  Topic: `
    id name`,
  CodeOfConduct: `
    body id key name url`,
  IssueTemplate: `
    about body filename name title assignees:Account* labels:Label*`,
  PullRequestTemplate: `
    body filename repository:OtherRepository`,
  FundingLink: `
    platform url`,
  RepositoryContactLink: `
    about name url`,
  SuggestedReviewer: `
    isAuthor isCommenter reviewer:Account`,
  App: `
    createdAt databaseId description id name slug updatedAt url`,
  Submodule: `
    branch gitUrl name nameRaw path pathRaw subprojectCommitOid`,
  GitObject: "abbreviatedOid commitUrl id oid repository:OtherRepository",
  IssueOrPullRequest: "id",
  StatusCheckRollupContext: "id",
  Node: "id",
  Project: "closed id name number title url",
  ProjectCard: "id project:Project column:ProjectColumn",
  ProjectColumn: "id name",
  ProjectItem: "id project:Project",
  // A repository or ref that is named beside this one: the head of a pull request, what a fork was made from
  OtherRepository: `
    createdAt databaseId defaultBranchRef:OtherRef description hasIssuesEnabled hasWikiEnabled id isArchived isFork
    isPrivate name nameWithOwner owner:Account url viewerPermission visibility`,
  OtherRef: "id name prefix repository:OtherRepository",
  // User, Organization, Bot, Team and what else acts
  Account:
    "avatarUrl combinedSlug databaseId email id login name organization:Account resourcePath slug url",
  RateLimit: "cost limit nodeCount remaining resetAt used",
  PageInfo: "endCursor hasNextPage hasPreviousPage startCursor",
  StateCount: "count state",
  // What every mutation below gives back
  Payload: `
    actor:Account assignable:IssueOrPullRequest clientMutationId comment:PullRequestReviewComment
    commentEdge:IssueComment^ commit:Commit issue:Issue issueComment:IssueComment label:Label
    labelable:IssueOrPullRequest mergeCommit:Commit pullRequest:PullRequest pullRequestReview:PullRequestReview
    reactionGroups:ReactionGroup ref:Ref requestedReviewersEdge:Account^ reviewEdge:PullRequestReview^ subject:Node
    thread:PullRequestReviewThread`,
} as const satisfies Readonly<Record<string, string>>;

// Figures about a connection's nodes
const connectionLeaves =
  "checkRunCount checkRunCountsByState:StateCount issueCount pageInfo:PageInfo statusContextCount " +
  "statusContextCountsByState:StateCount totalCount totalSize";

const objectShapes: ReadonlyMap<string, Shape> = new Map(
  Object.entries(shapes).map(([type, text]) => [type, parseShape(text)]),
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
export const nodeTypes: readonly string[] = [
  "Repository",
  "PullRequest",
  "Issue",
  "IssueComment",
  "PullRequestReview",
  "PullRequestReviewComment",
  "PullRequestReviewThread",
  "CommitComment",
  "Commit",
  "Tree",
  "Blob",
  "Tag",
  "Ref",
  "Label",
  "Milestone",
  "Release",
  "CheckRun",
  "CheckSuite",
];

function parseShape(text: string): Shape {
  return new Map(text.trim().split(/\s+/).map(parseField));
}

function parseField(text: string): [string, Link | undefined] {
  const [name, target] = text.split(":") as [string, string | undefined];
  if (target === undefined) return [name, undefined];
  const type = target.replace(/[*^]$/, "");
  const as = target.endsWith("*") ? "connection" : target.endsWith("^") ? "edge" : "object";
  return [name, { type, as }];
}
