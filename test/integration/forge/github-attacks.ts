import type { ApiCall } from "../../support/api-call.ts";

const api = "https://api.github.com";
const repo = `${api}/repos/acme/widgets`;
const graphql = `POST ${api}/graphql`;
const oid = "1".repeat(40);

function to(line: string, body?: unknown, headers?: ApiCall["headers"]): ApiCall {
  const title = `${line} ${body === undefined ? "" : JSON.stringify(body)}`.slice(0, 200);
  return {
    title,
    line,
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  };
}

function ask(query: string, variables?: unknown): ApiCall {
  return to(graphql, { query, ...(variables === undefined ? {} : { variables }) });
}

function mutate(name: string, input: unknown): ApiCall {
  return ask(`mutation($i:X!){${name}(input:$i){clientMutationId}}`, { i: input });
}

const own = { message: "m", content: "aGk=", branch: "agent/x" };
const file = `PUT ${repo}/contents/a.txt`;
const denied = ".github/workflows/x.yml";
const commit = {
  branch: { repositoryNameWithOwner: "acme/widgets", branchName: "agent/x" },
  fileChanges: { additions: [{ path: "a", contents: "aGk=" }] },
  message: { headline: "m" },
  expectedHeadOid: oid,
};
const merge = 'mergePullRequest(input:{pullRequestId:"PR_7"}){clientMutationId}';

/** The body says one thing, and what a server may take for a part of it another. */
const doubled: readonly ApiCall[] = [
  to(file, { ...own, path: denied }),
  to(file, { ...own, ref: "refs/heads/main" }),
  to(file, { ...own, owner: "acme", repo: "loot" }),
  to(file, { ...own, repository_id: 1 }),
  to(file, { ...own, _method: "DELETE" }),
  to(file, { ...own, __proto__x: 1 }),
  to(file, '{"branch":"agent/x","message":"m","content":"aGk=","__proto__":{"branch":"main"}}'),
  to(file, '{"branch":"agent/x","br\\u0061nch":"main"}'),
  to(file, '{"branch":"agent/x","BRANCH":"main"}'),
  to(file, '{"branch":"agent/x"}{"branch":"main"}'),
  to(file, '{"branch":"agent/x",}'),
  to(file, '{"branch":"agent/x"/*,"branch":"main"*/}'),
  to(file, "{'branch':'agent/x'}"),
  to(file, '[{"branch":"agent/x"}]'),
  to(file, { ...own, branch: ["agent/x", "main"] }),
  to(file, { ...own, branch: { "0": "main" } }),
  to(file, { ...own, branch: "agent/x\u0000main" }),
  to(file, { ...own, branch: "agent/x main" }),
  to(file, { ...own, branch: "agent/x:main" }),
  to(file, { ...own, branch: "agent/x\n" }),
  to(file, { ...own, branch: "agent/x/" }),
  to(file, { ...own, branch: "Agent/x" }),
  to(file, { ...own, branch: "heads/main" }),
  to(file, { ...own, branch: oid }),
  to(file, { ...own, branch: "@" }),
  to(`${file}?branch=main`, own),
  to(`${file}?[branch]=main`, own),
  to(`${file}??`, own),
  to(file, own, { "Content-Type": "multipart/form-data; boundary=b" }),
  to(file, own, { "Content-Type": "application/json; charset=utf-7" }),
  to(file, own, { "Content-Type": "application/json, application/x-www-form-urlencoded" }),
  to(file, own, { "Content-Type": "text/json" }),
  to(file, own, { "X-HTTP-Method-Override": "DELETE" }),
  to(file, own, { X_HTTP_METHOD_OVERRIDE: "DELETE" }),
  to(file, own, { "X-Original-URL": "/repos/acme/loot/contents/a" }),
  to(`POST ${repo}/git/refs`, { ref: "refs/heads/agent/y", sha: oid, force: true }),
  to(`POST ${repo}/git/refs`, { ref: "refs/heads/agent/../main", sha: oid }),
  to(`PATCH ${repo}/git/refs/heads/agent/x`, { sha: oid, ref: "refs/heads/main" }),
  to(`PATCH ${repo}/git/refs/heads/agent/x`, { sha: oid, force: 1 }),
  to(`PATCH ${repo}/git/refs/heads/agent/x`, { sha: oid, force: null }),
];

/** Spellings of a path that a router may read in another way. */
const spelled: readonly ApiCall[] = [
  to(`PUT ${repo}/contents/.github/workflows/x.yml`, own),
  to(`PUT ${repo}/contents/.github/workflows`, own),
  to(`PUT ${repo}/contents/.github/workflows/`, own),
  to(`PUT ${repo}/contents/%2Egithub/workflows/x.yml`, own),
  to(`PUT ${repo}/contents/.github%2Fworkflows%2Fx.yml`, own),
  to(`PUT ${repo}/contents/.github%252Fworkflows%252Fx.yml`, own),
  to(`PUT ${repo}/contents/a/../.github/workflows/x.yml`, own),
  to(`PUT ${repo}/contents//.github/workflows/x.yml`, own),
  to(`PUT ${repo}/contents/./.github/workflows/x.yml`, own),
  to(`PUT ${repo}/contents/.GitHub/Workflows/x.yml`, own),
  to(`PUT ${repo}/contents/.github/workflows%E2%80%8C/x.yml`, own),
  to(`PUT ${repo}/contents/.github/workflows./x.yml`, own),
  to(`PUT ${repo}/contents/a%5C..%5C.github/workflows/x.yml`, own),
  to(`PUT ${api}/repos/acme/widgets%00/contents/a`, own),
  to(`PUT ${api}/repos/acme/widgets;x/contents/a`, own),
  to(`PUT ${api}/repos/acme/widgets%20/contents/a`, own),
  to(`PUT ${api}/repos;x/acme/widgets/contents/a`, { ...own, branch: "main" }),
  to(`PUT ${api}/x/repos/acme/widgets/contents/a`, { ...own, branch: "main" }),
  to(`PUT ${api}/api/v3/repos/acme/widgets/contents/a`, { ...own, branch: "main" }),
  to(`PUT ${api}/api/v3/repositories/1/contents/a`, { ...own, branch: "main" }),
  to(`PUT ${api}/Repositories/1/contents/a`, { ...own, branch: "main" }),
  to(`PUT ${repo}/contents.json/a`, { ...own, branch: "main" }),
  to(`PUT ${repo}/pulls/7/merge.json`, {}),
  to(`PUT ${repo}/pulls/7/merge/`, {}),
  to(`PUT ${repo}/pulls/7/Merge`, {}),
  to(`PUT ${repo}/pulls/7/merge;x`, {}),
  to(`PUT ${repo}/pulls/07/merge`, {}),
  to(`POST ${repo}/pulls/7/merge`, {}),
  to(`PATCH ${repo}/`, { default_branch: "agent/x" }),
  to(`PUT ${repo}`, {}),
  to(`PATCH ${api}/REPOS/ACME/WIDGETS.GIT`, { private: false }),
  to(`POST ${repo}/hooks.json`, {}),
  to(`POST ${repo}/keys/`, { key: "k" }),
  to(`PUT ${api}/orgs/acme/teams/all/repos/acme/widgets`, { permission: "admin" }),
  to(`PUT ${api}/teams/1/repos/acme/widgets`, { permission: "admin" }),
  to(`GET ${repo}/hooks.json`),
  to(`GET ${repo}/keys;x=1`),
  to(`GET ${repo}/actions/secrets.json`),
  to(`GET ${repo}/Keys/`),
  to(`GET ${repo}/%68ooks`),
  to(`GET ${repo}`, "callback=x", { "Content-Type": "application/x-www-form-urlencoded" }),
  to(`GET ${repo}/contents/a`, { ref: "main" }),
];

const typed: readonly ApiCall[] = [
  ask(`mutation{x:${merge}}`),
  ask(`mutation A{__typename ...on Mutation{${merge}}}`),
  ask(`mutation{...A} fragment A on Mutation{...B} fragment B on Mutation{${merge}}`),
  ask(`mutation{addComment(input:{subjectId:"PR_7",body:"""x"""}){subject{id}} @skip(if:true)}`),
  ask(`mutation{...A@defer} fragment A on Mutation{${merge}}`),
  ask(`mutation{${merge.replace("{c", "@include(if:true){c")}}`),
  ask(`mutation{${merge.replace("PR_7", "\\u0050R_7")}}`),
  ask(`mutation{${merge.replace('"PR_7"', '"""PR_7"""')}}`),
  ask(`query A{viewer{login}} mutation A{${merge}}`),
  to(graphql, { query: `query A{viewer{login}} mutation B{${merge}}`, operationName: ["B"] }),
  to(graphql, { query: `query A{viewer{login}} mutation B{${merge}}` }),
  to(graphql, [{ query: "{viewer{login}}" }, { query: `mutation{${merge}}` }]),
  to(graphql, { query: "{viewer{login}}", mutation: `mutation{${merge}}` }),
  to(graphql, `{"query":"{viewer{login}}","Query":"mutation{${merge.replaceAll('"', '\\"')}}"}`),
  to(graphql, `{"query":"{viewer{login}}","__proto__":{"query":"x"}}`),
  to(graphql, { query: "{viewer{login}}" }, { "Content-Type": "application/graphql" }),
  to(`${graphql}/`, { query: `mutation{${merge}}` }),
  to(`${graphql}.json`, { query: `mutation{${merge}}` }),
  to(`POST ${api}/GraphQL`, { query: `mutation{${merge}}` }),
  to(`POST ${api}/api/graphql`, { query: `mutation{${merge}}` }),
  to(`POST ${api}/api/v3/graphql`, { query: `mutation{${merge}}` }),
  to(`PUT ${api}/graphql`, { query: `mutation{${merge}}` }),
  mutate("createCommitOnBranch", { ...commit, branch: { ...commit.branch, branchName: "main" } }),
  mutate("createCommitOnBranch", { ...commit, branch: { ...commit.branch, id: "REF_main" } }),
  mutate("createCommitOnBranch", { ...commit, branch: { id: "REF_x", branchName: "main" } }),
  mutate("createCommitOnBranch", { ...commit, branch: { id: ["REF_main"] } }),
  mutate("createCommitOnBranch", { ...commit, branch: { id: "UkVGX21haW4=" } }),
  mutate("createCommitOnBranch", { ...commit, Branch: { id: "REF_main" } }),
  mutate("createCommitOnBranch", { ...commit, fileChanges: { additions: { path: denied } } }),
  mutate("createCommitOnBranch", { ...commit, fileChanges: { deletions: [{ path: denied }] } }),
  mutate("createCommitOnBranch", { ...commit, fileChanges: { additions: [[{ path: denied }]] } }),
  mutate("createCommitOnBranch", { ...commit, fileChanges: { deletions: { path: `/${denied}` } } }),
  ask(
    "mutation($p:String!){createCommitOnBranch(input:{branch:{repositoryNameWithOwner:" +
      '"acme/widgets",branchName:"agent/x"},fileChanges:{additions:[{path:$p}]}}){clientMutationId}}',
    { p: denied },
  ),
  ask(
    `mutation($n:String="main"){createCommitOnBranch(input:{branch:{repositoryNameWithOwner:` +
      '"acme/widgets",branchName:$n},fileChanges:{}}){clientMutationId}}',
  ),
  mutate("updateRef", { refId: "REF_x", oid, force: "true" }),
  mutate("updateRef", { refId: "REF_x", oid, force: [true] }),
  mutate("updateRefs", {
    repositoryId: "R_widgets",
    refUpdates: { name: "refs/heads/main", afterOid: oid },
  }),
  mutate("updateRefs", { repositoryId: "R_widgets", refUpdates: [] }),
  mutate("createRef", { repositoryId: "R_widgets", name: "refs/tags/v1", oid }),
  mutate("createRef", { repositoryId: ["R_widgets"], name: "refs/heads/agent/y", oid }),
  mutate("transferIssue", { issueId: "PR_7", repositoryId: "R_loot" }),
  mutate("updateRepository", { repositoryId: "R_widgets", description: "x" }),
  mutate("createBranchProtectionRule", { repositoryId: "R_widgets", pattern: "*" }),
  mutate("revertPullRequest", merge),
  mutate("addPullRequestReview", { pullRequestId: "PR_7", event: "approve" }),
  mutate("addPullRequestReview", { pullRequestId: "PR_7", event: ["APPROVE"] }),
];

/** Ways to a repository that the entry doesn't name, from one that it does. */
const leading: readonly ApiCall[] = [
  to(`POST ${repo}/pulls`, { head: "eve:loot:main", base: "main" }),
  to(`POST ${repo}/pulls`, { head: ["eve:main"], base: "main" }),
  to(`POST ${repo}/pulls`, { head: "agent/x", Head_Repo: "loot", base: "main" }),
  to(`POST ${repo}/pulls`, { base: "main" }),
  to(`GET ${repo}/compare/main...acme:loot:main`),
  to(`GET ${repo}/compare/main...eve%3Amain`),
  to(`GET ${repo}/compare/eve:main..main`),
  to(`GET ${repo}/compare/main...eve%253Amain`.replace("%253A", "%3a")),
  ...[
    "nodes(ids:$i){...on Gist{files{text}}}",
    "node(id:$i){...on User{repositories{nodes{name}}}}",
  ].map((text) => ask(`query($i:ID!){${text}}`, { i: "PR_7" })),
  ask(`{repository(owner:"acme",name:"widgets"){forks(first:9){nodes{name}}}}`),
  ask(`{repository(owner:"acme",name:"widgets"){parent{object(expression:"main:a"){id}}}}`),
  ask(
    `{repository(owner:"acme",name:"widgets"){issue(number:1){timelineItems(first:9){nodes{__typename}}}}}`,
  ),
  ask(
    `{repository(owner:"acme",name:"widgets"){pullRequest(number:1){closingIssuesReferences(first:9){nodes{body}}}}}`,
  ),
  ask(`{repository(owner:"acme",name:"widgets"){tempCloneToken}}`),
  ask(
    `{repository(owner:"acme",name:"widgets"){...on RepositoryOwner{repositories(first:9){nodes{name}}}}}`,
  ),
  ask(`{viewer{...on User{repositories(first:9){nodes{name}}}}}`),
  ask(`{resource(url:"https://github.com/acme/loot"){__typename}}`),
  ask(`{organization(login:"acme"){repository(name:"loot"){name}}}`),
  ...[
    "repo:acme/widgets repo:acme/loot",
    "repo:acme/widgets user:acme",
    "repo:acme/widgets OR is:open",
    "repo:acme/widgets\\u0009repo:acme/loot",
    "repo:acme/widgets,acme/loot",
    "REPO:acme/loot repo:acme/widgets",
    '\\"repo:acme/widgets\\" x',
    "is:open",
  ].map((text) => ask(`{search(type:ISSUE,query:"${text}",first:9){issueCount}}`)),
  ask(`{search(type:CODE,query:"repo:acme/widgets",first:9){codeCount}}`),
  ask(`{search(type:REPOSITORY,query:"repo:acme/widgets",first:9){repositoryCount}}`),
];

/** What `githubRule` with `paths: deny: [".github/workflows/**"]` must keep from GitHub, under any host rule. */
export const githubAttacks: readonly ApiCall[] = [...doubled, ...spelled, ...typed, ...leading];

/**
 * Requests about the repository that show others: private forks by a pull request from them, issues that mention or belong
 * to one of its own.
 */
export const githubSideReads: readonly ApiCall[] = [
  to(`POST ${repo}/pulls`, { head: "eve:main", base: "main", title: "t" }),
  to(`POST ${repo}/pulls`, { head: "acme:main", head_repo: "loot", base: "main", title: "t" }),
  to(`POST ${repo}/pulls`, { head: "main", head_repo: "loot", base: "main", title: "t" }),
  mutate("createPullRequest", { repositoryId: "R_widgets", headRefName: "eve:main" }),
  mutate("createPullRequest", {
    repositoryId: "R_widgets",
    headRefName: "acme:main",
    headRepositoryId: "R_loot",
  }),
  to(`GET ${repo}/issues/7/timeline`),
  to(`GET ${repo}/issues/7/timeline/`),
  to(`GET ${repo}/issues/7/sub_issues`),
  to(`GET ${repo}/issues/7/parent`),
  to(`GET ${repo}/issues/7/dependencies/blocked_by`),
  to(`GET ${repo}/issues/7/dependencies/blocking`),
  to(`GET ${repo}/forks`),
];
