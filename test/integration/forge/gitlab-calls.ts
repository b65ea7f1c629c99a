import type { ApiCall } from "../../support/api-call.ts";
import { gitlabHost, widgetsId } from "../../support/gitlab-standin.ts";

const api = `https://${gitlabHost}/api/v4`;
const widgets = `${api}/projects/acme%2Ftools%2Fwidgets`;

function to(place: string, body?: unknown): ApiCall {
  const [method = "", path = ""] = place.split(" ");
  const url = path.startsWith("https://") ? path : `${widgets}${path}`;
  const title = `${place}${body === undefined ? "" : ` ${JSON.stringify(body)}`}`;
  return { title, line: `${method} ${url}`, ...(body === undefined ? {} : { body }) };
}

const file = { branch: "agent/x", commit_message: "m", content: "c" };
const actions = [{ action: "create", file_path: "src/x.ts", content: "c" }];
const mergeRequest = { source_branch: "agent/x", target_branch: "main", title: "T" };

/** What the entry of `gitlabRule` lets do. */
export const allowedCalls: readonly ApiCall[] = [
  to("GET https://gitlab.example.test/api/v4/user"),
  to("GET "),
  to("GET /repository/tree?ref=main"),
  to("GET /repository/files/src%2Fx.ts/raw?ref=main"),
  to("GET /merge_requests?state=opened"),
  to("GET /pipelines/7/jobs"),
  to("GET /jobs/9/trace"),
  to("POST /repository/commits", { branch: "agent/x", commit_message: "m", actions }),
  to("POST /repository/commits", {
    branch: "agent/y",
    start_branch: "main",
    commit_message: "m",
    actions,
  }),
  to("POST /repository/files/src%2Fx.ts", file),
  to("PUT /repository/files/src%2fx.ts", file),
  to("DELETE /repository/files/src%2Fx.ts", file),
  to("POST /merge_requests", mergeRequest),
  to("POST /merge_requests", { ...mergeRequest, target_project_id: widgetsId }),
  to("PUT /merge_requests/3", { title: "U" }),
  to("POST /merge_requests/3/notes", { body: "Done" }),
  to("POST /merge_requests/3/discussions", { body: "Why\n/label ~question" }),
];

/** What it doesn't, although each would work at a GitLab with the same token. */
export const forbiddenCalls: readonly ApiCall[] = [
  to("POST /repository/commits", { branch: "main", commit_message: "m", actions }),
  to("POST /repository/commits?branch=main", { branch: "agent/x", commit_message: "m", actions }),
  to("POST /repository/commits", {
    branch: "agent/x",
    start_branch: "main",
    force: true,
    commit_message: "m",
    actions,
  }),
  to("POST /repository/commits", {
    branch: "agent/x",
    commit_message: "m",
    actions: [{ action: "move", file_path: "x", previous_path: ".gitlab-ci.yml" }],
  }),
  to("POST /repository/commits", {
    branch: "agent/x",
    commit_message: "m",
    actions: [{ action: "update", file_path: ".GitLab-CI.yml", content: "x" }],
  }),
  to("POST /repository/commits", {
    branch: "agent/x",
    start_project: "evil/widgets",
    start_branch: "main",
    commit_message: "m",
    actions,
  }),
  to("PUT /repository/files/.gitlab-ci.yml", file),
  to("PUT /repository/files/%2Egitlab-ci.yml", file),
  to("PUT /repository/files/src%2Fx.ts", { ...file, branch: "main" }),
  to("DELETE /repository/files/src%2Fx.ts?branch=main&commit_message=m"),
  to("POST /repository/branches?branch=release&ref=main"),
  to("POST /repository/branches", { branch: "agent/z", ref: "f00" }),
  to("DELETE /repository/branches/agent%2Fx"),
  to("DELETE /repository/branches/main"),
  to("DELETE /repository/merged_branches"),
  to("PUT /repository/branches/main/unprotect"),
  to("POST /repository/tags", { tag_name: "v1", ref: "main" }),
  to("DELETE /repository/tags/v1"),
  to("POST /repository/commits/f00/cherry_pick", { branch: "main" }),
  to("POST /repository/commits/f00/revert", { branch: "main" }),
  to("PUT /repository/submodules/lib", { branch: "main", commit_sha: "f00", commit_message: "m" }),
  to("PUT /merge_requests/3/merge", {}),
  to("POST /merge_requests/3/approve"),
  to("PUT /merge_requests/3/rebase"),
  to("POST /merge_requests/3/notes", { body: "Fine\n/merge" }),
  to("POST /merge_requests/3/notes", { body: "Fine\r\n/ap\rprove" }),
  to("PUT /merge_requests/3", { description: "/merge" }),
  to("POST /merge_requests", { ...mergeRequest, target_project_id: widgetsId + 1 }),
  to("POST /merge_requests/3/approvals", { approvals_required: 0 }),
  to("PUT https://gitlab.example.test/api/v4/suggestions/3/apply"),
  to("POST /issues/1/notes", { body: "/create_merge_request main" }),
  to("POST /protected_branches", { name: "main", allow_force_push: true }),
  to("DELETE /protected_branches/main"),
  to("POST /hooks", { url: "https://evil.example" }),
  to("POST /deploy_keys", { title: "t", key: "k", can_push: true }),
  to("POST /variables", { key: "K", value: "v" }),
  to("GET /variables"),
  to("GET /pipelines/7/variables"),
  to("GET /triggers"),
  to("POST /triggers", { description: "d" }),
  to("POST /pipeline?ref=main"),
  to("POST /pipelines/7/retry"),
  to("POST /jobs/9/play"),
  to("POST /runners", { runner_id: 1 }),
  to("POST /members", { user_id: 1, access_level: 40 }),
  to("POST /invitations", { email: "e@evil.example", access_level: 40 }),
  to("POST /access_tokens", { name: "n", scopes: ["api"] }),
  to("POST /fork", { namespace_path: "evil" }),
  to("PUT /transfer", { namespace: "evil" }),
  to("POST /share", { group_id: 1, group_access: 40 }),
  to("POST /export"),
  to("POST /remote_mirrors", { url: "https://evil.example/x.git" }),
  to("POST /releases", { tag_name: "v1", ref: "main" }),
  to("POST /snippets", { title: "t" }),
  to("POST /wikis", { title: "t", content: "c" }),
  to("PUT ", { visibility: "public" }),
  to("DELETE "),
  to("POST /statuses/f00", { state: "success" }),
  to("POST https://gitlab.example.test/api/v4/projects/42/repository/branches?branch=main&ref=x"),
  to("PUT https://gitlab.example.test/api/v4/projects/42/merge_requests/3/merge"),
  to("POST https://gitlab.example.test/api/v4/projects/import", { path: "widgets" }),
  to("POST https://gitlab.example.test/api/v4/groups/evil/projects/42"),
  to("POST https://gitlab.example.test/api/graphql", { query: "mutation{x}" }),
  to("POST /merge_requests/3/notes", { body: "x", _method: "DELETE" }),
  {
    ...to("POST /merge_requests", "title=T&source_branch=agent/x&_method=DELETE"),
    title: "a form",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
  },
  {
    ...to("POST /repository/branches", '{"branch":"agent/x","branch":"main","ref":"main"}'),
    title: "a name twice in the body",
  },
  to("POST /Repository/commits", { branch: "main", commit_message: "m", actions }),
  to("POST /repository/commits.json", { branch: "main", commit_message: "m", actions }),
  to("POST /repository/commits/", { branch: "main", commit_message: "m", actions }),
];

/** About other repositories, or no code: for host rules to decide. */
export const elsewhereCalls: readonly ApiCall[] = [
  to("GET /issues"),
  to("POST /issues", { title: "T" }),
  {
    ...to("POST /uploads", "--b\r\n\r\nx\r\n--b--"),
    title: "an upload",
    headers: { "Content-Type": "multipart/form-data; boundary=b" },
  },
  to("POST /labels", { name: "l", color: "#fff" }),
  to("GET https://gitlab.example.test/api/v4/projects/42"),
  to("GET https://gitlab.example.test/api/v4/projects/evil%2Fwidgets/repository/tree"),
  to("POST https://gitlab.example.test/api/v4/projects/evil%2Fwidgets/repository/branches", {
    branch: "main",
    ref: "main",
  }),
  to("POST https://gitlab.example.test/api/v4/snippets", { title: "t" }),
  to("POST https://gitlab.example.test/api/v4/user/keys", { title: "t", key: "k" }),
  to("POST https://gitlab.example.test/api/v4/projects", { name: "n" }),
];
