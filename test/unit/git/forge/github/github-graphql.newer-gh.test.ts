// Queries that versions of gh since 2.60 make of these fields (cli/cli, api/query_builder.go), put together here.
import { expect, test } from "vitest";
import { readGraphqlRequest } from "../../../../../src/git/forge/github/github-graphql.ts";
import { type NodeFacts, toFacts } from "../../../../../src/git/forge/github/node-facts.ts";

const widgets = "acme/widgets";
const nodes = new Map<string, NodeFacts>([["PR_7", { type: "PullRequest", repository: widgets }]]);
const facts = toFacts(nodes, new Map([[widgets, widgets]]));

const board =
  'projectItems(first:100){nodes{id, project{id,title}, status:fieldValueByName(name: "Status") { ... on ProjectV2ItemFieldSingleSelectValue{optionId,name}}},totalCount}';
const actors =
  "assignedActors(first:10){nodes{...on User{id,login,name,__typename},...on Bot{id,login,__typename}},totalCount}";
const comments =
  "comments(first: 100) {nodes {id,author{login,...on User{id,name}},authorAssociation,body,createdAt,includesCreatedEdit,isMinimized,minimizedReason,reactionGroups{content,users{totalCount}},url,viewerDidAuthor},pageInfo{hasNextPage,endCursor},totalCount}";
const counts =
  "statusCheckRollup: commits(last: 1) {nodes {commit {statusCheckRollup {contexts {checkRunCount,checkRunCountsByState {state,count},statusContextCount,statusContextCountsByState {state,count}}}}}}";
const required =
  'statusCheckRollup: commits(last: 1) {nodes {commit {statusCheckRollup {contexts(first:100) {nodes {__typename ...on StatusContext {context,state,targetUrl,createdAt,description,isRequired(pullRequestId: "PR_7")},...on CheckRun {name,checkSuite{workflowRun{event,workflow{name}}},status,conclusion,startedAt,completedAt,detailsUrl,isRequired(pullRequestId: "PR_7")}},pageInfo{hasNextPage,endCursor}}}}}}';
const merge =
  "autoMergeRequest {authorEmail,commitBody,commitHeadline,mergeMethod,enabledAt,enabledBy{login,...on User{id,name}}}";

const ofPull = (fields: string): string =>
  `query PullRequestByNumber($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) { pullRequest(number: 7) {id,${fields}} } }`;
const ofRepository = (fields: string): string =>
  `query RepositoryInfo($owner: String!, $repo: String!) { repository(owner: $owner, name: $repo) { id,${fields} } }`;

function read(query: string, variables: object = { owner: "acme", repo: "widgets" }) {
  const request = readGraphqlRequest({ query, variables });
  return request.kind === "request" ? request.toReading(facts) : request;
}

test.each([
  ["gh pr view", ofPull(`${board},${comments},fullDatabaseId,headRefOid,isCrossRepository`)],
  ["gh pr view --json autoMergeRequest", ofPull(merge)],
  ["gh pr view, with actors", ofPull(actors)],
  ["gh pr status", ofPull(counts)],
  ["gh pr checks --required", ofPull(required)],
  ["gh issue view", ofRepository(`issue(number: 7) {${board},${actors},isPinned,stateReason}`)],
  [
    "gh pr create --project",
    ofRepository(
      'projectsV2(first:100,query:"is:open"){nodes{id,number,title,resourcePath,closed,url}}',
    ),
  ],
  ["gh repo view --json diskUsage", ofRepository("diskUsage,isUserConfigurationRepository")],
])("what `%s` asks is read as a call of its repository", (_, query) => {
  const reading = read(query);
  expect(reading.kind).toBe("calls");
  const calls = reading.kind === "calls" ? reading.calls : [];
  expect(new Set(calls.map(({ repository }) => repository))).toEqual(new Set([widgets]));
});

test.each([
  ["watchers of a repository", ofRepository("watchers{totalCount}")],
  ["the addresses of whoever asks", ofRepository("viewerDefaultCommitEmail")],
  ["issues that a merge closes, anywhere", ofPull("closingIssuesReferences(first:9){nodes{id}}")],
  ["what a board's item is about", ofPull("projectItems(first:9){nodes{content{__typename}}}")],
  ["boards of an account", "query { viewer { projectsV2(first: 9) { nodes { id } } } }"],
])("%s: not understood, and so refused", (_, query) => {
  expect(read(query).kind).toBe("not-understood");
});

test("`gh pr edit --add-assignee` of newer versions changes assignees, as older ones did", () => {
  const query =
    "mutation ReplaceActorsForAssignable($input:ReplaceActorsForAssignableInput!){replaceActorsForAssignable(input: $input){__typename}}";
  expect(read(query, { input: { assignableId: "PR_7", actorIds: ["U_1"] } })).toEqual({
    kind: "calls",
    calls: [{ repository: widgets, action: { type: "other", what: "changing assignees" } }],
  });
});
