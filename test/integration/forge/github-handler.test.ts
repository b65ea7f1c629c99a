import { expect, it } from "vitest";
import { sendCall, type ApiCall } from "../../support/api-call.ts";
import { allowedCalls } from "./github-calls.ts";
import {
  githubCredential,
  githubPlaceholder,
  githubRule,
  startGithubProxy,
  startGithubStandin,
} from "../../support/github-standin.ts";

const secret = "ghs_theRealTokenThatOnlyTheHostKnows";
const api = "https://api.github.com";
const byTitle = (title: string): ApiCall => {
  const call = allowedCalls.find((one) => one.title === title);
  if (call === undefined) throw new Error(`no call "${title}"`);
  return call;
};
const asClient = (call: ApiCall): ApiCall => ({
  ...call,
  headers: { Authorization: `Bearer ${githubPlaceholder}` },
});

it("attaches a credential of one repository to its calls, and to those about nothing when it is the only one", async () => {
  await using standin = await startGithubStandin();
  const credentials = [githubCredential(secret, "acme/widgets")];
  const git = [githubRule()];
  await using proxy = await startGithubProxy({ standin, git, credentials });
  for (const title of ["the repository", "a file on its branch", "a query", "who am I", "a node"]) {
    await sendCall(proxy, asClient(byTitle(title)));
  }
  expect(standin.arrived.map(({ authorization }) => authorization)).toEqual(
    Array.from({ length: 5 }, () => `Bearer ${secret}`),
  );
  expect(standin.questions.map(({ authorization }) => authorization)).toEqual([`Bearer ${secret}`]);
});

it("uses no repository's credential for a question about nobody when there are several", async () => {
  await using standin = await startGithubStandin();
  const git = [githubRule(), githubRule({ repository: "acme/gadgets" })];
  const credentials = [githubCredential(secret, "acme/widgets")];
  await using proxy = await startGithubProxy({ standin, git, credentials });
  const answer = await sendCall(proxy, byTitle("who am I"));
  expect(answer.body).not.toContain(secret);
  expect(standin.arrived.map(({ authorization }) => authorization)).not.toContain(
    `Bearer ${secret}`,
  );
});

it("asks once what an id names, and says so in the audit", async () => {
  await using standin = await startGithubStandin();
  const credentials = [githubCredential(secret)];
  await using proxy = await startGithubProxy({ standin, git: [githubRule()], credentials });
  await sendCall(proxy, byTitle("a node"));
  await sendCall(proxy, byTitle("a comment by GraphQL"));
  expect(standin.questions).toHaveLength(1);
  const checks = proxy.events.filter(
    (event) => event.type === "request.decision" && event.check !== undefined,
  );
  expect(checks).toMatchObject([
    { verdict: "allow", path: "/graphql", rule: "--git", repository: "acme/widgets" },
  ]);
});

it("sends GraphQL on in the words in which it was read", async () => {
  await using standin = await startGithubStandin();
  await using proxy = await startGithubProxy({ standin, git: [githubRule()] });
  const query = "query A{viewer{login}} # mutation\nquery B{viewer{id}} fragment f on User{login}";
  const body = { query, operationName: "A", variables: { x: 1 }, extensions: { a: 1 } };
  await sendCall(proxy, { title: "", line: `POST ${api}/graphql`, body });
  const [arrived] = standin.arrived;
  expect(JSON.parse(arrived?.body ?? "")).toEqual({
    query: "query A {\n  viewer {\n    login\n  }\n}",
    variables: {},
    operationName: "A",
  });
});

it("sends a REST body on as it came, byte by byte, read or not", async () => {
  await using standin = await startGithubStandin();
  await using proxy = await startGithubProxy({ standin, git: [githubRule()] });
  const text = '{ "branch":\t"agent/x", "content": "aGk=", "message": "\\u00fc ü" }';
  const line = `PUT ${api}/repos/acme/widgets/contents/a`;
  await sendCall(proxy, { title: "", line, body: text });
  const blob = `{"content":"${"A".repeat(300_000)}"}`;
  const blobs = `POST ${api}/repos/acme/widgets/git/blobs`;
  await sendCall(proxy, { title: "", line: blobs, body: blob });
  expect(standin.arrived.map(({ body }) => body)).toEqual([text, blob]);
});

it("notes the repository, the ref and the reason in the audit", async () => {
  await using standin = await startGithubStandin();
  await using proxy = await startGithubProxy({ standin, git: [githubRule()] });
  const line = `PUT ${api}/repos/acme/widgets/contents/a`;
  await sendCall(proxy, { title: "", line, body: { branch: "main" } });
  await sendCall(proxy, { title: "", line, body: { branch: "agent/x" } });
  const decisions = proxy.events.filter(
    (event) => event.type === "request.decision" && event.method === "PUT",
  );
  const update = { from: "", to: "" };
  expect(decisions).toMatchObject([
    {
      verdict: "deny",
      reason: "git-not-allowed",
      rule: "--git",
      repository: "acme/widgets",
      updates: [{ ...update, ref: "refs/heads/main", refused: expect.stringContaining("main") }],
    },
    { verdict: "allow", updates: [{ ...update, ref: "refs/heads/agent/x" }] },
  ]);
});

it("decides the API of another GitHub host below /api, and leaves the rest of the host alone", async () => {
  await using standin = await startGithubStandin();
  const git = [githubRule({ host: "ghe.example" })];
  const rules = ["* https://ghe.example/**"];
  await using proxy = await startGithubProxy({ standin, git, rules });
  const send = async (line: string, body?: unknown) =>
    (await sendCall(proxy, { title: "", line, body })).status;
  const host = "https://ghe.example";
  expect(await send(`GET ${host}/api/v3/repos/acme/widgets`)).toBe(200);
  const file = `PUT ${host}/api/v3/repos/acme/widgets/contents/a`;
  expect(await send(file, { branch: "agent/x" })).toBe(200);
  expect(await send(file, { branch: "main" })).toBe(403);
  expect(await send(`PUT ${host}/API/V3/repos/acme/widgets/contents/a`, { branch: "main" })).toBe(
    403,
  );
  expect(await send(`POST ${host}/api/uploads/repos/acme/widgets/releases/1/assets`, {})).toBe(403);
  expect(await send(`POST ${host}/api/graphql`, { query: "{viewer{login}}" })).toBe(200);
  const merge = 'mutation{mergePullRequest(input:{pullRequestId:"PR_7"}){clientMutationId}}';
  expect(await send(`POST ${host}/api/graphql`, { query: merge })).toBe(403);
  expect(await send(`POST ${host}/api/v3/graphql`, { query: merge })).toBe(403);
  expect(await send(`POST ${host}/api/GraphQL`, { query: merge })).toBe(403);
  expect(await send(`POST ${host}/api/graphql.json`, { query: merge })).toBe(403);
  expect(await send(`GET ${host}/acme/widgets/pulls`)).toBe(200);
  expect(standin.questions.map(({ url }) => url)).toEqual(["/api/graphql"]);
});

it("lets host rules widen an entry that is not exclusive, and nothing else", async () => {
  await using standin = await startGithubStandin();
  const git = [githubRule({ exclusive: false, push: undefined })];
  const rules = [`POST ${api}/repos/acme/widgets/forks`];
  await using proxy = await startGithubProxy({ standin, git, rules });
  const send = async (line: string, body?: unknown) =>
    (await sendCall(proxy, { title: "", line, body })).status;
  expect(await send(`GET ${api}/repos/acme/widgets/pulls`)).toBe(200);
  expect(await send(`POST ${api}/repos/acme/widgets/forks`, {})).toBe(200);
  expect(await send(`POST ${api}/repos/acme/widgets/hooks`, {})).toBe(403);
  expect(await send(`PUT ${api}/repos/acme/widgets/contents/a`, { branch: "agent/x" })).toBe(403);
});

it("covers every repository of an owner by a wildcard, and no other owner's", async () => {
  await using standin = await startGithubStandin();
  await using proxy = await startGithubProxy({
    standin,
    git: [githubRule({ repository: "acme/*" })],
  });
  const send = async (line: string) => (await sendCall(proxy, { title: "", line })).status;
  expect(await send(`GET ${api}/repos/acme/gadgets`)).toBe(200);
  expect(await send(`GET ${api}/repos/eve/loot`)).toBe(403);
  expect(await send("GET https://codeload.github.com/eve/loot/zip/main")).toBe(403);
});

it.each([
  ["fails", 500, "{}"],
  ["wants another token", 401, '{"message":"Bad credentials"}'],
  ["answers no JSON", 200, "<html>"],
  ["answers without end", 200, `"${"x".repeat(300_000)}"`],
])("refuses what it has to ask about when the API %s", async (_, status, text) => {
  await using standin = await startGithubStandin(undefined, { status, text });
  await using proxy = await startGithubProxy({ standin, git: [githubRule()] });
  const answer = await sendCall(proxy, byTitle("a comment by GraphQL"));
  expect(answer).toMatchObject({ status: 502, refusal: "upstream-invalid" });
  expect(standin.arrived).toEqual([]);
});

it("asks again about an id that named nothing before", async () => {
  await using standin = await startGithubStandin();
  await using proxy = await startGithubProxy({ standin, git: [githubRule()] });
  const call = {
    title: "",
    line: `POST ${api}/graphql`,
    body: { query: '{node(id:"PR_new"){id}}' },
  };
  expect((await sendCall(proxy, call)).status).toBe(403);
  expect((await sendCall(proxy, call)).status).toBe(403);
  expect(standin.questions).toHaveLength(2);
});

it("does not look through a body of more than 25 MB, announced or not", async () => {
  await using standin = await startGithubStandin();
  await using proxy = await startGithubProxy({ standin, git: [githubRule()] });
  const line = `PUT ${api}/repos/acme/widgets/contents/a`;
  const announced = { "Content-Length": String(26 * 1024 * 1024 + 1) };
  const answer = await sendCall(proxy, { title: "", line, body: {}, headers: announced });
  expect(answer).toMatchObject({ status: 413, refusal: "limit-exceeded" });
  expect(standin.arrived).toEqual([]);
});
