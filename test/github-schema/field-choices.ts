// What of GitHub's published schema a query may select where a `git:` entry decides, and why the rest is left out. Fields with a
// plain value are taken, and fields that lead to one of `types` or to a stand-in; whatever leads elsewhere is left out.

/** Types whose values belong to the repository that a query begins in, and what is found below them. */
export const types: readonly string[] = `
  Repository PullRequest Issue Commit Ref Tree TreeEntry Blob Tag PullRequestReview
  PullRequestReviewComment PullRequestReviewThread IssueComment CommitComment Label Milestone
  Release ReleaseAsset CheckRun CheckSuite WorkflowRun Workflow StatusCheckRollup StatusContext
  Status CheckAnnotation CheckStep ReviewRequest ReactionGroup PullRequestCommit
  PullRequestChangedFile Language License AutoMergeRequest BranchProtectionRule RefUpdateRule Blame
  BlameRange GitActor RepositoryTopic Topic CodeOfConduct IssueTemplate PullRequestTemplate
  FundingLink RepositoryContactLink SuggestedReviewer App Submodule GitObject RateLimit PageInfo`
  .trim()
  .split(/\s+/);

/** Types that src/ has a small shape of its own for, by the name of that shape (graphql-shapes.ts). */
export const standIns: Readonly<Record<string, string>> = {
  // Where another repository is only named: the head of a pull request, what a fork was made from
  Repository: "OtherRepository",
  // Who acts or is asked to
  Actor: "Account",
  Assignee: "Account",
  Organization: "Account",
  Reactor: "Account",
  RepositoryOwner: "Account",
  RequestedReviewer: "Account",
  Team: "Account",
  User: "Account",
  // Boards may be of several repositories
  Project: "Project",
  ProjectCard: "ProjectCard",
  ProjectV2: "Project",
  ProjectV2Item: "ProjectItem",
  // One of several
  IssueOrPullRequest: "IssueOrPullRequest",
  StatusCheckRollupContext: "StatusCheckRollupContext",
};

/** Refs that may be another repository's. */
export const otherRefs: readonly string[] = ["PullRequest.headRef", "CheckSuite.branch"];

/** Fields that are left out although their type is one of those above, by why. */
export const excluded: Readonly<Record<string, readonly string[]>> = {
  "hands out a credential, or a URL that may hold one": [
    "Repository.tempCloneToken",
    "Repository.mirrorUrl",
    "Repository.openGraphImageUrl",
    "Commit.tarballUrl",
    "Commit.zipballUrl",
  ],
  "addresses of an account that aren't in a commit": [
    "Repository.viewerDefaultCommitEmail",
    "Repository.viewerPossibleCommitEmails",
  ],
  "may lead to other repositories": [
    "Repository.forks",
    "PullRequest.closingIssuesReferences",
    "Issue.closedByPullRequestsReferences",
    "Issue.parent",
    "Issue.subIssues",
    "Issue.trackedInIssues",
    "Issue.trackedIssues",
    "Commit.associatedPullRequests",
    "Ref.associatedPullRequests",
    "CheckSuite.matchingPullRequests",
    "Topic.relatedTopics",
    "Topic.repositories",
  ],
  "people who don't work on it": [
    "Repository.collaborators",
    "Repository.stargazers",
    "Repository.watchers",
    "Topic.stargazers",
  ],
  "a list of refs that a pattern chooses; refs are asked for by themselves": [
    "BranchProtectionRule.matchingRefs",
  ],
};

/** Rendered text: it may quote the titles of what it links to, in whatever repository that is. */
export const excludedNames = /HTML$/;

/** Fields that GitHub's API has and the package's schema hasn't yet, as newer versions of gh ask for them. */
export const additions: Readonly<Record<string, readonly string[]>> = {
  PullRequest: ["assignedActors:Account*"],
  Issue: ["assignedActors:Account*"],
};
