import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readGitlabCall } from "../../../../../src/git/forge/gitlab/gitlab-rest.ts";
import type { RefUpdate } from "../../../../../src/git/repository-call.ts";

const project = "/api/v4/projects/acme%2Ftools%2Fwidgets";

function read(request: string, body: unknown = null) {
  const [method = "", target = ""] = request.split(" ");
  const [rest = "", query] = target.split("?", 2);
  const path = rest.startsWith("/api/") ? rest : `${project}${rest === "." ? "" : `/${rest}`}`;
  const search = query === undefined ? "" : `?${query}`;
  return readGitlabCall({ method, path, query: search, body });
}

/** The action of the one call that the request is; fails when it's something else. */
function actionOf(request: string, body: unknown = null) {
  const reading = read(request, body);
  if (reading.kind !== "calls") throw new Error(JSON.stringify(reading));
  expect(reading.calls).toHaveLength(1);
  expect(reading.calls[0]?.repository).toBe("acme/tools/widgets");
  return reading.calls[0]?.action;
}

function update(change: Partial<RefUpdate>) {
  return {
    type: "update-ref",
    update: {
      ref: "refs/heads/agent/x",
      change: "update",
      rewrite: "no",
      paths: "unknown",
      ...change,
    },
  };
}

const comment = { type: "pull", step: "comment" };
const create = { type: "pull", step: "create" };
const merge = { type: "pull", step: "merge" };
const forbidden = expect.objectContaining({ type: "forbidden" });
const other = expect.objectContaining({ type: "other" });
const readAction = { type: "read" };
const b = { branch: "agent/x", commit_message: "m" };

describe("reading a project of GitLab", () => {
  test.each([
    [".", readAction],
    ["repository/files/src%2Fx.ts?ref=main", readAction],
    ["repository/archive.zip", readAction],
    ["merge_requests/3/changes", readAction],
    ["pipelines/7/jobs", readAction],
    ["jobs/9/trace", readAction],
    ["issues", other],
    ["invented", other],
    ["variables", forbidden],
    ["variables.json", forbidden],
    ["Variables", forbidden],
    ["pipelines/7/variables", forbidden],
    ["triggers/1", forbidden],
    ["secure_files/1/download", forbidden],
    ["terraform/state/prod", forbidden],
    ["access_tokens", forbidden],
    ["export/download", forbidden],
  ])("%s", (path, action) => {
    expect(actionOf(`GET ${path}`)).toEqual(action);
    expect(actionOf(`HEAD ${path}`)).toEqual(action);
  });

  test("a project by its number is read as it would be by its path", () => {
    const reading = read("GET /api/v4/projects/42/variables");
    expect(reading).toMatchObject({ kind: "by-number", number: "42" });
    if (reading.kind !== "by-number") return;
    expect(reading.toPath("acme/tools/x")).toBe("/api/v4/projects/acme%2Ftools%2Fx/variables");
  });

  test.each(["/api/v4/projects/42.json", "/api/v4/projects/acme%2Fwidgets.json/variables"])(
    "%s may be a project with a format behind it",
    (path) => {
      expect(read(`GET ${path}`).kind).toBe("not-understood");
    },
  );

  test.each(["/api/v4/user/keys", "/api/v4/users", "/api/v4/projects", "/api/v4/projects/import"])(
    "%s is about no project that it names",
    (path) => {
      expect(read(`GET ${path}`)).toEqual({ kind: "elsewhere" });
    },
  );
});

test.each(["/api/v4/user", "/api/v4/version", "/api/v4/metadata"])(
  "who one is and which version it is concerns no repository, and only when it's read: %j",
  (path) => {
    expect(read(`GET ${path}`)).toEqual({ kind: "calls", calls: [] });
    expect(read(`PUT ${path}`)).toEqual({ kind: "elsewhere" });
  },
);

describe("writing to a branch of GitLab", () => {
  const file = { action: "update", file_path: "src/x.ts" };
  test.each([
    [{ ...b, actions: [file] }, { paths: ["src/x.ts"] }],
    [
      { ...b, actions: [{ action: "move", file_path: "b", previous_path: ".gitlab-ci.yml" }] },
      { paths: ["b", ".gitlab-ci.yml"] },
    ],
    [
      { ...b, branch: "main", actions: [file] },
      { ref: "refs/heads/main", paths: ["src/x.ts"] },
    ],
    [{ ...b, start_branch: "agent/x", actions: [file] }, { paths: ["src/x.ts"] }],
    [
      { ...b, start_branch: "main", actions: [file] },
      { change: "create-or-update", paths: ["src/x.ts"] },
    ],
    [
      { ...b, start_branch: "main", force: true, actions: [file] },
      { change: "create-or-update", rewrite: "yes", paths: ["src/x.ts"] },
    ],
    [
      { ...b, force: "1", actions: [file] },
      { change: "create-or-update", rewrite: "yes", paths: ["src/x.ts"] },
    ],
    [
      { ...b, start_sha: "a".repeat(40), actions: [file] },
      { change: "create-or-update", rewrite: "unknown", paths: ["src/x.ts"] },
    ],
    [{ ...b, start_project: "evil/widgets", actions: [file] }, { change: "create-or-update" }],
    [{ ...b, start_project: 7, actions: [file] }, { change: "create-or-update" }],
    [{ ...b, actions: [{ ...file, file_path: "a/../.gitlab-ci.yml" }] }, {}],
    [{ ...b, actions: [{ ...file, file_path: "/.gitlab-ci.yml" }] }, { paths: [".gitlab-ci.yml"] }],
  ] as const)("a commit %j", (body, change) => {
    expect(actionOf("POST repository/commits", body)).toEqual(update(change));
  });

  test.each([
    ["POST repository/files/src%2Fx.ts", b, { paths: ["src/x.ts"] }],
    ["PUT repository/files/src%2Fx.ts", b, { paths: ["src/x.ts"] }],
    ["DELETE repository/files/src%2Fx.ts", b, { paths: ["src/x.ts"] }],
    ["DELETE repository/files/x?branch=agent%2Fx&commit_message=m", null, { paths: ["x"] }],
    ["PUT repository/files/@types/x.ts", b, { paths: ["@types/x.ts"] }],
    [
      "POST repository/files/x",
      { ...b, start_branch: "main" },
      { change: "create-or-update", paths: ["x"] },
    ],
    ["PUT repository/submodules/lib%2Fx", { ...b, commit_sha: "a" }, { paths: ["lib/x"] }],
    ["POST repository/commits/abc/cherry_pick", { branch: "agent/x" }, {}],
    ["POST repository/commits/abc/revert", { branch: "main" }, { ref: "refs/heads/main" }],
    ["POST repository/branches", { branch: "agent/x", ref: "main" }, { change: "create" }],
    ["POST repository/branches?branch=agent/x&ref=main", null, { change: "create" }],
    ["DELETE repository/branches/agent%2Fx", null, { change: "delete", rewrite: "yes", paths: [] }],
    [
      "POST repository/tags",
      { tag_name: "v1", ref: "main" },
      { ref: "refs/tags/v1", change: "create" },
    ],
    [
      "DELETE repository/tags/v1",
      null,
      { ref: "refs/tags/v1", change: "delete", rewrite: "yes", paths: [] },
    ],
  ] as const)("%s", (request, body, change) => {
    expect(actionOf(request, body)).toEqual(update(change));
  });
});

describe("a merge request of GitLab", () => {
  const fields = { source_branch: "agent/x", target_branch: "main", title: "T" };
  test.each([
    ["POST merge_requests", fields, create],
    ["POST merge_requests/", fields, create],
    ["POST merge_requests", { ...fields, description: "Done\n/merge" }, merge],
    ["PUT merge_requests/3", { title: "U" }, create],
    ["PUT merge_requests/3", { state_event: "close" }, create],
    ["DELETE merge_requests/3", null, forbidden],
    ["PUT merge_requests/3/merge", {}, merge],
    ["POST merge_requests/3/approve", null, merge],
    ["PUT merge_requests/3/rebase", null, forbidden],
    ["POST merge_requests/3/approvals", { approvals_required: 0 }, forbidden],
    ["DELETE merge_requests/3/approval_rules/1", null, forbidden],
    ["POST merge_requests/3/pipelines", null, forbidden],
    ["POST merge_requests/3/notes", { body: "Fine" }, comment],
    ["POST merge_requests/3/notes", { body: "Fine\n/label ~x" }, create],
    ["POST merge_requests/3/notes?body=%2Fmerge", null, merge],
    ["PUT merge_requests/3/notes/5", { body: "/approve" }, merge],
    ["POST merge_requests/3/discussions/9/notes", { body: "Fine" }, comment],
    ["POST merge_requests/3/draft_notes", { note: "/approve" }, merge],
    ["POST merge_requests/3/draft_notes/bulk_publish", null, merge],
    ["POST merge_requests/3/award_emoji", { name: "ok" }, comment],
    ["POST repository/commits/abc/comments", { note: "Fine" }, comment],
  ])("%s %j", (request, body, action) => {
    expect(actionOf(request, body)).toEqual(action);
  });

  test("to a project named by number holds only when that is this one", () => {
    const body = { ...fields, target_project_id: 42 };
    expect(read("POST merge_requests", body)).toMatchObject({ projectId: 42 });
    expect(read("POST merge_requests?target_project_id=42", fields)).toMatchObject({
      projectId: 42,
    });
    expect(read("POST merge_requests", { ...fields, target_project_id: "evil" })).toMatchObject({
      kind: "not-understood",
    });
  });
});

describe("what no entry grants at GitLab", () => {
  test.each([
    "PUT .",
    "DELETE .",
    "POST fork",
    "PUT transfer",
    "POST share",
    "POST export",
    "POST hooks",
    "POST deploy_keys",
    "POST deploy_tokens",
    "PUT variables/TOKEN",
    "POST triggers",
    "POST trigger/pipeline",
    "POST ref/main/trigger/pipeline",
    "POST pipeline",
    "POST pipelines/7/retry",
    "POST pipeline_schedules/1/play",
    "POST jobs/9/play",
    "POST runners",
    "POST members",
    "POST invitations",
    "POST access_tokens",
    "POST protected_branches",
    "DELETE protected_branches/main",
    "POST protected_tags",
    "POST remote_mirrors",
    "POST mirror/pull",
    "POST releases",
    "POST statuses/abc",
    "POST snippets",
    "POST wikis",
    "PUT packages/generic/x/1/f",
    "PUT push_rule",
    "PUT repository/branches/main/protect",
    "PUT repository/branches/main/unprotect",
    "DELETE repository/merged_branches",
  ])("%s", (request) => {
    expect(actionOf(request, {})).toEqual(forbidden);
  });

  test.each(["POST labels", "POST uploads", "POST star", "POST milestones"])(
    "%s is not code",
    (request) => {
      expect(actionOf(request, {})).toEqual(other);
    },
  );

  test("an issue is not code, unless its text makes a branch", () => {
    expect(actionOf("POST issues", { title: "T" })).toEqual(other);
    expect(read("POST issues/1/notes", { body: "/create_merge_request x" }).kind).toBe(
      "not-understood",
    );
  });
});

describe("a write to GitLab that can't be told for sure is not understood", () => {
  const actions = [{ action: "create", file_path: "x" }];
  test.each([
    ["a project by number", "POST /api/v4/projects/42/repository/branches", { branch: "x" }],
    ["an import", "POST /api/v4/projects/import", {}],
    ["a format behind the project", "DELETE /api/v4/projects/acme%2Fwidgets.json", null],
    ["a suggestion", "PUT /api/v4/suggestions/3/apply", null],
    ["a transfer by group", "POST /api/v4/groups/evil/projects/acme%2Fwidgets", null],
    ["GraphQL", "POST /api/graphql", {}],
    ["an unknown resource", "POST invented", {}],
    ["an unknown verb", "POST merge_requests/3/invented", {}],
    ["PATCH", "PATCH repository/files/x", b],
    ["a format behind the resource", "POST repository/commits.json", { ...b, actions }],
    ["no branch", "POST repository/commits", { actions }],
    ["a branch that is no text", "POST repository/commits", { branch: ["main"], actions }],
    ["a branch with refs/", "POST repository/commits", { branch: "refs/heads/main", actions }],
    ["a branch with ..", "POST repository/commits", { branch: "a/../main", actions }],
    ["actions by another name", "POST repository/commits", { ...b, actions: { 0: actions[0] } }],
    ["an action that is no object", "POST repository/commits", { ...b, actions: ["x"] }],
    ["actions in the query", "POST repository/commits?actions[][file_path]=y", { ...b, actions }],
    ["the branch twice", "POST repository/commits?branch=main", { ...b, actions }],
    ["the branch twice in the query", "POST repository/branches?branch=agent/x&branch=main", null],
    ["a semicolon", "POST repository/branches?branch=agent/x;branch=main", null],
    ["another method", "POST repository/branches", { ...b, _method: "delete" }],
    ["another method by query", "POST merge_requests/3/notes?_method=delete", { body: "x" }],
    ["another user", "POST repository/branches?sudo=root", b],
    ["another id", "POST repository/branches", { ...b, id: "acme/other" }],
    ["another file", "PUT repository/files/x", { ...b, file_path: ".gitlab-ci.yml" }],
    ["an unknown field", "POST merge_requests", { title: "T", approvals_before_merge: 0 }],
    ["an unknown command", "POST merge_requests/3/notes", { body: "/rebase" }],
    ["a list", "POST merge_requests", [1]],
    ["a merge request by name", "PUT merge_requests/x/merge", {}],
  ])("%s", (_, request, body) => {
    expect(read(request, body).kind).toBe("not-understood");
  });

  test("and nothing is guessed before the body was read", () => {
    const path = `${project}/repository/commits`;
    const request = { method: "POST", path, query: "", body: undefined };
    expect(readGitlabCall(request)).toEqual({
      kind: "needs-body",
      repository: "acme/tools/widgets",
    });
  });

  test("whatever the body is, a commit is to the branch that it names or isn't understood", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json().map((text) => JSON.parse(text) as unknown),
          fc.object(),
          fc.constant(b),
        ),
        fc.constantFrom("repository/commits", "repository/files/x", "repository/branches"),
        (body, path) => {
          const reading = read(`POST ${path}`, body);
          if (reading.kind !== "calls") return;
          const { action } = reading.calls[0]!;
          const { branch } = body as { branch: string };
          expect(action).toMatchObject({ update: { ref: `refs/heads/${branch}` } });
        },
      ),
    );
  });
});

test("doesn't stumble over a byte of a path that is no UTF-8", () => {
  expect(read("GET repository/tree/x%E9y").kind).toBe("calls");
  expect(read("PUT repository/files/caf%E9", { branch: "agent/x" }).kind).toBe("calls");
});
