import type { ApiCall } from "../../support/api-call.ts";

const api = "https://api.github.com";
const repo = `${api}/repos/acme/widgets`;
const graphql = `POST ${api}/graphql`;
const mutate = (name: string, input: unknown): Pick<ApiCall, "line" | "body"> => ({
  line: graphql,
  body: {
    query: `mutation($i:I!){${name}(input:$i){clientMutationId}}`,
    variables: { i: input },
  },
});
const query = (text: string, variables?: unknown): Pick<ApiCall, "line" | "body"> => ({
  line: graphql,
  body: { query: text, ...(variables === undefined ? {} : { variables }) },
});
const put = (branch: unknown, path = "a.txt") => ({
  line: `PUT ${repo}/contents/${path}`,
  body: { message: "m", content: "aGk=", branch },
});
const onBranch = (branchName: string, repositoryNameWithOwner = "acme/widgets") => ({
  branch: { repositoryNameWithOwner, branchName },
  fileChanges: { additions: [{ path: "a", contents: "aGk=" }] },
  message: { headline: "m" },
  expectedHeadOid: "1".repeat(40),
});
const merge = { pullRequestId: "PR_7" };

/** What a `git:` entry with `push: ["agent/*"]` and no more lets through. */
export const allowedCalls: readonly ApiCall[] = [
  { title: "the repository", line: `GET ${repo}` },
  { title: "a file", line: `GET ${repo}/contents/README.md?ref=main` },
  { title: "pull requests", line: `GET ${repo}/pulls?state=all` },
  { title: "a file by name", line: "GET https://raw.githubusercontent.com/acme/widgets/main/a" },
  { title: "an archive", line: "GET https://codeload.github.com/acme/widgets/tar.gz/main" },
  { title: "the name in another case", line: `GET ${api}/repos/Acme/WIDGETS/branches` },
  { title: "a file on its branch", ...put("agent/x") },
  {
    title: "a branch of its own",
    line: `POST ${repo}/git/refs`,
    body: { ref: "refs/heads/agent/y", sha: "1" },
  },
  {
    title: "its branch forward",
    line: `PATCH ${repo}/git/refs/heads/agent/x`,
    body: { sha: "1", force: false },
  },
  { title: "a blob", line: `POST ${repo}/git/blobs`, body: { content: "hi" } },
  {
    title: "a pull request",
    line: `POST ${repo}/pulls`,
    body: { title: "t", head: "agent/x", base: "main" },
  },
  { title: "a comment", line: `POST ${repo}/issues/7/comments`, body: { body: "hi" } },
  { title: "a review", line: `POST ${repo}/pulls/7/reviews`, body: { event: "COMMENT" } },
  { title: "who am I", ...query("{viewer{login}}") },
  { title: "a query", ...query('{repository(owner:"acme",name:"widgets"){id}}') },
  { title: "a node", ...query("query($i:ID!){node(id:$i){id}}", { i: "PR_7" }) },
  { title: "a commit on its branch", ...mutate("createCommitOnBranch", onBranch("agent/x")) },
  { title: "its ref by id", ...mutate("updateRef", { refId: "REF_x", oid: "1".repeat(40) }) },
  {
    title: "a pull request by GraphQL",
    ...mutate("createPullRequest", { repositoryId: "R_widgets", headRefName: "acme:agent/x" }),
  },
  { title: "a comment by GraphQL", ...mutate("addComment", { subjectId: "PR_7", body: "hi" }) },
];

/** What it doesn't, by every way that leads to the same: none of it may arrive. */
export const forbiddenCalls: readonly ApiCall[] = [
  { title: "a file on main", ...put("main") },
  { title: "a file on main, escaped", line: put("").line, body: '{"branch":"m\\u0061in"}' },
  { title: "a file on no branch", ...put(undefined) },
  { title: "two branches", line: put("").line, body: '{"branch":"agent/x","branch":"main"}' },
  { title: "two cases", line: put("").line, body: '{"branch":"agent/x","Branch":"main"}' },
  { title: "a full name as branch", ...put("refs/heads/main") },
  { title: "dots in a branch", ...put("agent/../main") },
  { title: "a branch in the query", ...put("agent/x"), line: `${put("").line}?branch=main` },
  {
    title: "another case of the name",
    ...put("main"),
    line: `PUT ${api}/repos/ACME/Widgets/contents/a`,
  },
  {
    title: "a name with .git",
    ...put("main"),
    line: `PUT ${api}/repos/acme/widgets.git/contents/a`,
  },
  {
    title: "a route in capitals",
    ...put("main"),
    line: `PUT ${api}/REPOS/acme/widgets/contents/a`,
  },
  { title: "an escaped route", ...put("main"), line: `PUT ${api}/repos/%61cme/widgets/contents/a` },
  {
    title: "a form",
    ...put("agent/x"),
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  },
  { title: "no content type", ...put("agent/x"), headers: { "Content-Type": "" } },
  {
    title: "UTF-16",
    ...put("agent/x"),
    headers: { "Content-Type": "application/json; charset=utf-16" },
  },
  { title: "a coded body", ...put("agent/x"), headers: { "Content-Encoding": "gzip" } },
  { title: "a byte order mark", line: put("").line, body: '\ufeff{"branch":"agent/x"}' },
  {
    title: "deletion of a file on main",
    line: `DELETE ${repo}/contents/a`,
    body: { branch: "main" },
  },
  { title: "a new main", line: `POST ${repo}/git/refs`, body: { ref: "refs/heads/main2" } },
  { title: "a tag", line: `POST ${repo}/git/refs`, body: { ref: "refs/tags/v1" } },
  { title: "main forward", line: `PATCH ${repo}/git/refs/heads/main`, body: { sha: "1" } },
  {
    title: "a forced ref",
    line: `PATCH ${repo}/git/refs/heads/agent/x`,
    body: { sha: "1", force: true },
  },
  {
    title: "a force in words",
    line: `PATCH ${repo}/git/refs/heads/agent/x`,
    body: { force: "yes" },
  },
  { title: "deletion of a ref", line: `DELETE ${repo}/git/refs/heads/agent/x` },
  {
    title: "a merge of branches",
    line: `POST ${repo}/merges`,
    body: { base: "main", head: "agent/x" },
  },
  { title: "a merge of upstream", line: `POST ${repo}/merge-upstream`, body: { branch: "main" } },
  { title: "a branch's new name", line: `POST ${repo}/branches/old/rename`, body: {} },
  { title: "a pull request's merge", line: `PUT ${repo}/pulls/7/merge`, body: {} },
  { title: "an update of its branch", line: `PUT ${repo}/pulls/7/update-branch`, body: {} },
  { title: "an approval", line: `POST ${repo}/pulls/7/reviews`, body: { event: "APPROVE" } },
  { title: "a fork", line: `POST ${repo}/forks`, body: {} },
  { title: "a transfer", line: `POST ${repo}/transfer`, body: { new_owner: "eve" } },
  { title: "another default branch", line: `PATCH ${repo}`, body: { default_branch: "agent/x" } },
  { title: "the repository's end", line: `DELETE ${repo}` },
  { title: "a collaborator", line: `PUT ${repo}/collaborators/eve`, body: {} },
  { title: "a deploy key", line: `POST ${repo}/keys`, body: { key: "k" } },
  { title: "a webhook", line: `POST ${repo}/hooks`, body: {} },
  {
    title: "a workflow run",
    line: `POST ${repo}/actions/workflows/ci.yml/dispatches`,
    body: { ref: "main" },
  },
  { title: "an event", line: `POST ${repo}/dispatches`, body: {} },
  { title: "a secret", line: `PUT ${repo}/actions/secrets/X`, body: {} },
  {
    title: "a file of a release",
    line: "POST https://uploads.github.com/repos/acme/widgets/releases/1/assets?name=a.bin",
    body: { name: "a.bin" },
  },
  { title: "a release", line: `POST ${repo}/releases`, body: { tag_name: "v1" } },
  { title: "a status", line: `POST ${repo}/statuses/1234`, body: { state: "success" } },
  { title: "rules of branches", line: `POST ${repo}/rulesets`, body: {} },
  { title: "an endpoint of tomorrow", line: `POST ${repo}/sparkles`, body: {} },
  {
    title: "the repository by number",
    line: `PUT ${api}/repositories/1/contents/a`,
    body: { branch: "main" },
  },
  { title: "names of secrets", line: `GET ${repo}/actions/secrets` },
  { title: "webhooks", line: `GET ${repo}/hooks` },
  { title: "a comparison with a fork", line: `GET ${repo}/compare/main...eve:main` },
  { title: "a commit on main", ...mutate("createCommitOnBranch", onBranch("main")) },
  {
    title: "a commit by a former name",
    ...mutate("createCommitOnBranch", onBranch("main", "acme/old-widgets")),
  },
  {
    title: "a commit on main by id",
    ...mutate("createCommitOnBranch", { branch: { id: "REF_main" } }),
  },
  {
    title: "a ref",
    ...mutate("createRef", { repositoryId: "R_widgets", name: "refs/heads/m", oid: "1" }),
  },
  { title: "main by id", ...mutate("updateRef", { refId: "REF_main", oid: "1" }) },
  {
    title: "a forced ref by id",
    ...mutate("updateRef", { refId: "REF_x", oid: "1", force: true }),
  },
  {
    title: "several refs",
    ...mutate("updateRefs", {
      repositoryId: "R_widgets",
      refUpdates: [
        { name: "refs/heads/agent/x", afterOid: "1" },
        { name: "refs/heads/main", afterOid: "1" },
      ],
    }),
  },
  { title: "deletion by id", ...mutate("deleteRef", { refId: "REF_x" }) },
  {
    title: "a merge into main",
    ...mutate("mergeBranch", { repositoryId: "R_widgets", base: "main" }),
  },
  { title: "a merge by GraphQL", ...mutate("mergePullRequest", merge) },
  { title: "a merge to come", ...mutate("enablePullRequestAutoMerge", merge) },
  { title: "a place in the queue", ...mutate("enqueuePullRequest", merge) },
  {
    title: "an approval by GraphQL",
    ...mutate("addPullRequestReview", { ...merge, event: "APPROVE" }),
  },
  {
    title: "a merge behind an alias",
    ...query(
      'mutation{addComment:mergePullRequest(input:{pullRequestId:"PR_7"}){clientMutationId}}',
    ),
  },
  {
    title: "a merge in a fragment",
    ...query(
      'mutation{...f} fragment f on Mutation{mergePullRequest(input:{pullRequestId:"PR_7"}){clientMutationId}}',
    ),
  },
  {
    title: "a merge beside a comment",
    ...query(
      'mutation{a:addComment(input:{subjectId:"PR_7",body:"b"}){clientMutationId} b:mergePullRequest(input:{pullRequestId:"PR_7"}){clientMutationId}}',
    ),
  },
  {
    title: "the other operation",
    line: graphql,
    body: {
      query:
        'query A{viewer{login}} mutation B{mergePullRequest(input:{pullRequestId:"PR_7"}){clientMutationId}}',
      operationName: "B",
    },
  },
  { title: "a batch", line: graphql, body: [query("{viewer{login}}").body] },
  { title: "a persisted query", line: graphql, body: { extensions: { persistedQuery: {} } } },
  {
    title: "a query twice",
    line: graphql,
    body: '{"query":"{viewer{login}}","query":"mutation{a}"}',
  },
  { title: "GraphQL by GET", line: `GET ${api}/graphql?query=%7Bviewer%7Blogin%7D%7D` },
  { title: "GraphQL in the query string", ...query("{viewer{login}}"), line: `${graphql}?query=x` },
  {
    title: "GraphQL as a form",
    ...query("{viewer{login}}"),
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  },
  {
    title: "another repository's secret",
    ...query(
      '{repository(owner:"acme",name:"widgets"){owner{repositories(first:9){nodes{name}}}}}',
    ),
  },
  { title: "an id of nobody", ...query('{node(id:"X_1"){id}}') },
  { title: "a user by id", ...query('{node(id:"U_eve"){id}}') },
  { title: "a gist by GraphQL", ...mutate("createGist", { files: [] }) },
  { title: "a repository by GraphQL", ...mutate("createRepository", { name: "loot" }) },
];

/** Repositories and places that no entry names: host rules decide, and there are none. */
export const elsewhereCalls: readonly ApiCall[] = [
  { title: "a gist", line: `POST ${api}/gists`, body: { files: {} } },
  { title: "a repository", line: `POST ${api}/user/repos`, body: { name: "loot" } },
  { title: "an invitation", line: `PATCH ${api}/user/repository_invitations/1` },
  { title: "an organisation's repository", line: `POST ${api}/orgs/acme/repos`, body: {} },
  {
    title: "another's file",
    line: `PUT ${api}/repos/eve/loot/contents/a`,
    body: { branch: "agent/x" },
  },
  { title: "another's raw file", line: "GET https://raw.githubusercontent.com/eve/loot/main/a" },
  { title: "an issue", line: `POST ${repo}/issues`, body: { title: "t" } },
  { title: "another's node", ...query('{node(id:"PR_loot"){id}}') },
  { title: "another's comment", ...mutate("addComment", { subjectId: "PR_loot", body: "b" }) },
];
