import { describe, expect, it } from "vitest";
import type { ApiReading } from "../../../../../src/git/api-reading.ts";
import { readGithubRest } from "../../../../../src/git/forge/github/github-rest.ts";
import type { RefUpdate, RepositoryAction } from "../../../../../src/git/repository-call.ts";

function read(line: string, body: unknown = null): ApiReading {
  const [method, target] = line.split(" ") as [string, string];
  const [rawPath, query] = target.split("?") as [string, string | undefined];
  return readGithubRest({
    method,
    path: rawPath,
    query: query === undefined ? "" : `?${query}`,
    body,
  });
}

function actions(...list: RepositoryAction[]): ApiReading {
  return { kind: "calls", calls: list.map((action) => ({ repository: "acme/widgets", action })) };
}

function update(ref: string, rest: Partial<RefUpdate> = {}): ApiReading {
  const facts = { change: "update", rewrite: "no", paths: "unknown", ...rest } as const;
  return actions({ type: "update-ref", update: { ref, ...facts } });
}

const pull = (step: "comment" | "create" | "merge") => actions({ type: "pull", step });
const understoodAs = (reading: ApiReading) =>
  reading.kind === "calls" ? reading.calls.map(({ action }) => action.type) : reading.kind;

describe("readGithubRest", () => {
  it.each<[string, unknown, ApiReading]>([
    [
      "PUT /repos/acme/widgets/contents/src/a%20b.ts",
      { branch: "agent/x", content: "" },
      update("refs/heads/agent/x", { paths: ["src/a b.ts"] }),
    ],
    [
      "DELETE /repos/acme/widgets/contents/a",
      { branch: "main", sha: "1" },
      update("refs/heads/main", { paths: ["a"] }),
    ],
    [
      "POST /repos/acme/widgets/git/refs",
      { ref: "refs/heads/agent/x", sha: "1" },
      update("refs/heads/agent/x", { change: "create" }),
    ],
    ["PATCH /repos/acme/widgets/git/refs/heads/agent/x", {}, update("refs/heads/agent/x")],
    [
      "PATCH /repos/acme/widgets/git/refs/heads/agent/x",
      { force: true },
      update("refs/heads/agent/x", { rewrite: "yes" }),
    ],
    [
      "DELETE /repos/acme/widgets/git/refs/tags/v1",
      null,
      update("refs/tags/v1", { change: "delete", rewrite: "yes", paths: [] }),
    ],
    ["POST /repos/acme/widgets/merges", { base: "main", head: "x" }, update("refs/heads/main")],
    ["POST /repos/acme/widgets/merge-upstream", { branch: "main" }, update("refs/heads/main")],
    [
      "POST /repos/acme/widgets/pulls",
      { title: "t", head: "agent/x", base: "main" },
      pull("create"),
    ],
    ["PATCH /repos/acme/widgets/pulls/7", { state: "closed" }, pull("create")],
    ["POST /repos/acme/widgets/pulls/7/requested_reviewers", {}, pull("create")],
    ["POST /repos/acme/widgets/pulls/7/comments", {}, pull("comment")],
    ["POST /repos/acme/widgets/pulls/7/reviews", { body: "x" }, pull("comment")],
    ["POST /repos/acme/widgets/pulls/7/reviews", { event: "COMMENT" }, pull("comment")],
    ["POST /repos/acme/widgets/pulls/7/reviews", { event: "APPROVE" }, pull("merge")],
    ["POST /repos/acme/widgets/pulls/7/reviews", { event: "approve" }, pull("merge")],
    ["POST /repos/acme/widgets/pulls/7/reviews/1/events", { event: "APPROVE" }, pull("merge")],
    ["PUT /repos/acme/widgets/pulls/7/reviews/1/dismissals", {}, pull("merge")],
    ["PUT /repos/acme/widgets/pulls/7/merge", {}, pull("merge")],
    ["POST /repos/acme/widgets/issues/7/comments", {}, pull("comment")],
    [
      "PATCH /repos/acme/widgets/issues/7",
      {},
      actions({ type: "pull", step: "create" }, { type: "other", what: "changing issues" }),
    ],
    [
      "POST /repos/acme/widgets/issues/7",
      {},
      actions({ type: "pull", step: "create" }, { type: "other", what: "changing issues" }),
    ],
    ["POST /repos/acme/widgets/issues", {}, actions({ type: "other", what: "changing issues" })],
    ["POST /repos/acme/widgets/git/blobs", undefined, actions({ type: "write-objects" })],
    ["GET /repos/acme/widgets/compare/main...agent/x", null, actions({ type: "read" })],
    ["GET /repos/acme/widgets/compare/main...acme:agent/x", null, actions({ type: "read" })],
  ])("reads what %s with %j asks for", (line, body, expected) => {
    expect(read(line, body)).toEqual(expected);
  });

  it.each([
    "GET /repos/acme/widgets",
    "GET /repos/acme/widgets/",
    "HEAD /repos/acme/widgets/contents/README.md?ref=main",
    "GET /repos/acme/widgets/pulls?state=all",
    "GET /repos/acme/widgets/pulls/7/files",
    "GET /repos/acme/widgets/issues/7/comments",
    "GET /repos/acme/widgets/actions/runs/7/logs",
    "GET /repos/acme/widgets/git/trees/main?recursive=1",
    "GET /repos/acme/widgets/tarball/main",
  ])("reads %s as reading", (line) => {
    expect(read(line)).toEqual(actions({ type: "read" }));
  });

  it.each([
    "GET /repos/acme/widgets/actions/secrets",
    "GET /repos/acme/widgets/ACTIONS/Secrets/public-key",
    "GET /repos/acme/widgets/actions/variables/X",
    "GET /repos/acme/widgets/environments/prod/secrets",
    "GET /repos/acme/widgets/hooks/1/config",
    "GET /repos/acme/widgets/keys",
    "GET /repos/acme/widgets/invitations",
    "GET /repos/acme/widgets/secret-scanning/alerts",
    "GET /repos/acme/widgets/actions/runners/downloads",
    "PATCH /repos/acme/widgets",
    "DELETE /repos/acme/widgets/",
    "POST /repos/acme/widgets/forks",
    "POST /repos/acme/widgets/transfer",
    "POST /repos/acme/widgets/generate",
    "PUT /repos/acme/widgets/topics",
    "PUT /repos/acme/widgets/collaborators/eve",
    "POST /repos/acme/widgets/keys",
    "POST /repos/acme/widgets/hooks",
    "POST /repos/acme/widgets/Hooks",
    "POST /repos/acme/widgets/actions/workflows/ci.yml/dispatches",
    "POST /repos/acme/widgets/actions/runs/7/rerun",
    "PUT /repos/acme/widgets/actions/secrets/X",
    "POST /repos/acme/widgets/actions/variables",
    "DELETE /repos/acme/widgets/actions/artifacts/1",
    "POST /repos/acme/widgets/dispatches",
    "POST /repos/acme/widgets/releases",
    "POST /repos/acme/widgets/deployments",
    "PUT /repos/acme/widgets/environments/prod",
    "POST /repos/acme/widgets/pages",
    "POST /repos/acme/widgets/rulesets",
    "PUT /repos/acme/widgets/branches/main/protection",
    "POST /repos/acme/widgets/branches/agent/rename",
    "POST /repos/acme/widgets/statuses/1234",
    "POST /repos/acme/widgets/check-runs",
    "PUT /repos/acme/widgets/import",
    "PUT /orgs/acme/teams/devs/repos/acme/widgets",
    "POST /agents/repos/acme/widgets/tasks",
  ])("reads %s as what no entry ever allows", (line) => {
    expect(understoodAs(read(line))).toEqual(["forbidden"]);
  });

  it.each<[string, unknown]>([
    ["PUT /repos/acme/widgets/contents/a", { message: "m" }],
    ["PUT /repos/acme/widgets/contents/a", { branch: null }],
    ["PUT /repos/acme/widgets/contents/a", { branch: ["agent/x"] }],
    ["PUT /repos/acme/widgets/contents/a", { branch: "refs/heads/main" }],
    ["PUT /repos/acme/widgets/contents/a", { branch: "heads/main" }],
    ["PUT /repos/acme/widgets/contents/a", { branch: "HEAD" }],
    ["PUT /repos/acme/widgets/contents/a", { branch: "a".repeat(40) }],
    ["PUT /repos/acme/widgets/contents/a", { branch: "agent/../main" }],
    ["PUT /repos/acme/widgets/contents/a", { branch: "agent/x\u0000" }],
    ["PUT /repos/acme/widgets/contents/a", null],
    ["PUT /repos/acme/widgets/contents/a", [{ branch: "agent/x" }]],
    ["PUT /repos/acme/widgets/contents/a?branch=main", { branch: "agent/x" }],
    ["PUT /repos/acme/widgets/contents/a?_method=DELETE", { branch: "agent/x" }],
    ["PUT /repos/acme/widgets/contents/", { branch: "agent/x" }],
    ["PUT /repos/acme/widgets/contents/a//b", { branch: "agent/x" }],
    ["PUT /repos/acme/widgets/contents/./a", { branch: "agent/x" }],
    ["POST /repos/acme/widgets/git/refs", { ref: "heads/agent/x" }],
    ["POST /repos/acme/widgets/git/refs", { ref: "refs/heads/../x" }],
    ["POST /repos/acme/widgets/git/refs/heads/agent/x", { sha: "1" }],
    ["PATCH /repos/acme/widgets/git/refs/heads/agent/x", { force: "true" }],
    ["PATCH /repos/acme/widgets/git/refs/heads/agent/x", { force: 1 }],
    ["PATCH /repos/acme/widgets/git/refs/heads", {}],
    ["POST /repos/acme/widgets/merges", { head: "x" }],
    ["PUT /repos/acme/widgets/pulls/7/update-branch", {}],
    ["POST /repos/acme/widgets/pulls/7/reviews", { event: "LGTM" }],
    ["POST /repos/acme/widgets/pulls/7/reviews", { event: ["APPROVE"] }],
    ["POST /repos/acme/widgets/what-comes-next", {}],
    ["OPTIONS /repos/acme/widgets", null],
    ["GET /repos/acme/widgets/compare/main...eve:main", null],
    ["GET /repos/acme/widgets/compare/eve:widgets:main...main", null],
  ])("does not understand %s with %j", (line, body) => {
    const reading = read(line, body);
    expect(reading).toMatchObject({ kind: "not-understood", repository: "acme/widgets" });
  });

  it.each([
    "PUT /repos/acme/%77idgets%2fcontents/a",
    "POST /repos/acme/wid%20gets/pulls",
    "POST /repos/-acme/widgets/pulls",
    "DELETE /repositories/123",
    "PUT /Repositories/123/contents/a",
    "GET /repositories/12x",
    "GET /repositories.json/123",
  ])("does not guess which repository %s is about", (line) => {
    expect(read(line).kind).toBe("not-understood");
    expect(read(line)).not.toHaveProperty("repository");
  });

  it("reads a repository by its number as it would by its name", () => {
    const reading = read("GET /Repositories/123/contents/a");
    expect(reading).toMatchObject({ kind: "by-number", number: "123" });
    if (reading.kind !== "by-number") return;
    expect(reading.toPath("acme/widgets")).toBe("/repos/acme/widgets/contents/a");
  });

  it.each([
    "GET /user",
    "POST /gists",
    "POST /user/repos",
    "POST /orgs/acme/repos",
    "GET /repositories",
    "GET /orgs/acme/teams/devs/repos/acme/widgets",
    "PATCH /user/repository_invitations/7",
    "POST /markdown",
    "GET /",
    "GET /repos",
  ])("leaves %s to host rules", (line) => {
    expect(read(line)).toEqual({ kind: "elsewhere" });
  });

  it.each([
    "PUT /repos/acme/widgets/contents/a",
    "POST /repos/acme/widgets/git/refs",
    "PATCH /repos/acme/widgets/git/refs/heads/x",
    "POST /repos/acme/widgets/merges",
    "POST /repos/acme/widgets/pulls/7/reviews",
  ])("asks for the body of %s", (line) => {
    const [method, path] = line.split(" ") as [string, string];
    const request = { method, path, query: "", body: undefined };
    expect(readGithubRest(request)).toEqual({ kind: "needs-body", repository: "acme/widgets" });
  });

  it("names a repository without .git, and routes in any case", () => {
    expect(read("GET /Repos/Acme/Widgets.git/KEYS")).toEqual({
      kind: "calls",
      calls: [
        {
          repository: "Acme/Widgets",
          action: { type: "forbidden", what: "reading deploy keys" },
        },
      ],
    });
  });
});
