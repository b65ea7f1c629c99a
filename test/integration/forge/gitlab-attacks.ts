import { type ApiCall } from "../../support/api-call.ts";
import { gitlabHost, widgetsId } from "../../support/gitlab-standin.ts";

const api = `https://${gitlabHost}/api`;
const widgets = `${api}/v4/projects/acme%2Ftools%2Fwidgets`;

function to(place: string, body?: unknown, headers?: ApiCall["headers"]): ApiCall {
  const [method = "", path = ""] = place.split(" ");
  const url = path.startsWith("https://") ? path : `${widgets}${path}`;
  const said = body === undefined ? "" : ` ${JSON.stringify(body)}`;
  return {
    title: `${place}${said}${JSON.stringify(headers) ?? ""}`.slice(0, 200),
    line: `${method} ${url}`,
    ...(body === undefined ? {} : { body }),
    ...(headers === undefined ? {} : { headers }),
  };
}

const actions = [{ action: "create", file_path: "src/x.ts", content: "c" }];
const commit = { branch: "agent/x", commit_message: "m", actions };
const commits = "POST /repository/commits";
const remove = "DELETE /repository/files/src%2Fx.ts?branch=agent%2Fx&commit_message=m";
const mergeRequest = { source_branch: "agent/x", target_branch: "main", title: "T" };
const form = { "Content-Type": "application/x-www-form-urlencoded" };

/** Parameters that Rack, Grape or Rails put together in another way than they're written. */
const doubled: readonly ApiCall[] = [
  // Rack 2 leaves out brackets before a name and behind it
  to(`${remove}&[branch]=main`),
  to(`${remove}&]branch=main`),
  to(`${remove}&branch]=main`),
  to(`${remove}&%5Bbranch%5D=main`),
  to(`${remove}&[[branch=main`),
  to(`${remove}&branch[]=main`),
  to(`${remove}&branch=main`),
  to(`${remove};branch=main`),
  to(`${remove}&br%61nch=main`),
  to(`${remove}&branch%00=main`),
  to(`${commits}?[force]=true&[start_branch]=main`, commit),
  to(`${commits}?]force=true`, commit),
  to(`${commits}?force=true`, commit),
  to(`${commits}?[actions][][file_path]=.gitlab-ci.yml`, commit),
  to(`${commits}?actions[][previous_path]=.gitlab-ci.yml`, commit),
  to(`${commits}?[start_project]=evil%2Fwidgets`, commit),
  to(`${commits}?[_method]=DELETE`, commit),
  to(`${commits}?_method=DELETE`, commit),
  to(`${commits}?sudo=root`, commit),
  to(`${commits}?[sudo]=root`, commit),
  to(`${commits}?[id]=43`, commit),
  to(`POST /merge_requests?[target_project_id]=${widgetsId + 1}`, mergeRequest),
  to(`POST /merge_requests?target_project_id=${widgetsId + 1}`, mergeRequest),
  to("POST /merge_requests/3/notes?[body]=%2Fmerge", { body: "hi" }),
  to("POST /merge_requests/3/notes?[body]=%2Fmerge"),
  to("POST /merge_requests/3/notes?body[]=%2Fmerge"),
  to("POST /merge_requests/3/notes?body=x%0A%2Fmerge"),
  to("POST /repository/branches?branch=agent%2Fz&ref=main&[branch]=release"),
  to(commits, commit, { "X-HTTP-Method-Override": "DELETE" }),
  to(commits, commit, { Sudo: "root" }),
  to(commits, { ...commit, private_token: "theirs" }),
  to(commits, { ...commit, job_token: "theirs" }),
  to("POST /merge_requests/3/notes", { body: "hi", access_token: "theirs" }),
  to(commits, commit, { "Content-Type": "multipart/form-data; boundary=b" }),
  to(commits, commit, { "Content-Type": "text/plain" }),
  to(commits, commit, { "Content-Type": "application/json; charset=utf-16" }),
  to(commits, commit, { "Content-Encoding": "gzip" }),
  to(commits, "branch=main&commit_message=m", form),
  to(commits, { ...commit, branch: ["main"] }),
  to(commits, { ...commit, branch: { a: "main" } }),
  to(commits, { ...commit, branch: "refs/heads/main" }),
  to(commits, { ...commit, branch: "agent/../main" }),
  to(commits, { ...commit, force: "false " }),
  to(commits, { ...commit, force: 0 }),
  to(commits, { ...commit, start_project: widgetsId + 1 }),
  to(commits, { ...commit, actions: { 0: actions[0] } }),
  to(commits, { ...commit, actions: [[actions[0]]] }),
  to(commits, { ...commit, actions: [{ file_path: "a/../.gitlab-ci.yml" }] }),
  to(commits, { ...commit, actions: [{ file_path: "/.gitlab-ci.yml" }] }),
  to(commits, { ...commit, actions: [{ file_path: ["x"] }] }),
  to(commits, { ...commit, Branch: "main" }),
  to(commits, '{"branch":"agent/x","br\\u0061nch":"main","actions":[]}'),
  to(commits, '{"branch":"agent/x","actions":[]}\u0000{"branch":"main"}'),
  to("PUT /repository/files/src%2Fx.ts", { ...commit, file_path: ".gitlab-ci.yml" }),
  to("PUT /repository/files/.gitlab-ci.yml/", { ...commit }),
  to("PUT /repository/files/.gitlab-ci.yml%20", { ...commit }),
  to("PUT /repository/files/a%2F..%2F.gitlab-ci.yml", { ...commit }),
  to("PUT /repository/files/%2F.gitlab-ci.yml", { ...commit }),
];

/** Ways that don't name the repository, or name it otherwise, and lead to it. */
const otherways: readonly ApiCall[] = [
  to(`POST ${api}/graphql.json`, { query: "mutation{x}" }),
  to(`POST ${api}/graphql/`, { query: "mutation{x}" }),
  to(`POST ${api}/graphql;x`, { query: "mutation{x}" }),
  to(`GET ${api}/graphql?query=%7Bx%7D`),
  to(`POST ${api}/glql`, { query: "x" }),
  to(`PUT ${api}/v4/suggestions/batch_apply`, { ids: [1] }),
  to(`PUT ${api}/v4/suggestions/3/apply.json`),
  to(`POST ${api}/v4/user/runners`, { runner_type: "project_type", project_id: widgetsId }),
  to(`PUT ${api}/v4/runners/1`, { locked: false }),
  to(`POST ${api}/v4/ai/duo_workflows/workflows`, { project_id: "acme/tools/widgets" }),
  to(`POST ${api}/v4/projects/acme%2Ftools%2Fwidgets.git/fork`),
  to(`POST ${api}/v4/projects/ACME%2Ftools%2Fwidgets/fork`),
  to(`POST ${api}/v4/projects/${widgetsId}.json/fork`),
  to(`POST ${api}/v4/projects/acme%252Ftools%252Fwidgets/fork`),
  to(`POST ${api}/v4//projects/${widgetsId}/fork`),
  to("PUT /merge_requests/3/merge.json"),
  to("PUT /merge_requests/3/merge/"),
  to("PUT /merge_requests/3/Merge"),
  to("PUT /merge_requests/03/merge"),
  to("POST /merge_requests/3/merge"),
  to("POST /merge_requests/3/context_commits", { commits: ["f00"] }),
  to("PUT /merge_requests/3/reset_approvals"),
  to("PUT /repository/branches/main/protect.json"),
  to("POST /Hooks", { url: "x" }),
  to("POST /hooks.json", { url: "x" }),
  to("POST /hooks/", { url: "x" }),
  to("POST /hooks;x", { url: "x" }),
  to("GET /variables/"),
  to("GET /Variables.json?x"),
  to("GET /pipelines/7/Variables.json"),
  to("GET /variables%20"),
  to("GET /variables;x"),
];

/** Reads of the project that show another one: its fork, or one that a text of the agent's own names. */
const leading: readonly ApiCall[] = [
  to(`GET /repository/compare?from=main&to=main&from_project_id=${widgetsId + 1}`),
  to(`GET /repository/compare?from=main&to=main&[from_project_id]=${widgetsId + 1}`),
  to(`GET /repository/compare?from=main&to=main&from_project_id]=${widgetsId + 1}`),
  to(`GET /repository/compare?from=main;from_project_id=${widgetsId + 1}`),
  to("GET /merge_requests/3?render_html=true"),
  to("GET /merge_requests/3?[render_html]=true"),
  to("GET /releases?include_html_description=true"),
  to("GET /repository/tree?sudo=root"),
  to("GET /repository/tree", undefined, { Sudo: "root" }),
  // Rack reads a form whatever the method is
  to("GET /repository/compare?from=main&to=main", `from_project_id=${widgetsId + 1}`, form),
  to("GET /repository/tree", "private_token=theirs", form),
  to("HEAD /repository/tree", "sudo=root", form),
];

/** What `gitlabRule` must keep from GitLab, under any host rule. */
export const gitlabAttacks: readonly ApiCall[] = [...doubled, ...otherways, ...leading];

/** What GitLab tells of other projects' issues and merge requests when a text or a setting of this one names them. */
export const gitlabSideReads: readonly ApiCall[] = [
  to("GET /merge_requests/3/closes_issues"),
  to("GET /merge_requests/3/closes_issues.json"),
  to("GET /merge_requests/3/related_issues"),
  to("GET /merge_requests/3/blocks"),
  to("GET /merge_requests/3/blockees"),
  to("GET /merge_requests/3/tomorrow"),
];
