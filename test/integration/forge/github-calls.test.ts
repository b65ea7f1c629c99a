import { expect, it } from "vitest";
import { findArrived } from "../../support/api-call.ts";
import { allowedCalls, elsewhereCalls, forbiddenCalls } from "./github-calls.ts";
import {
  githubCredential,
  githubRule,
  startGithubProxy,
  startGithubStandin,
} from "../../support/github-standin.ts";
import { recordScore } from "../../support/scoreboard.ts";

/** Host rules that let everything pass: what the handler is held against. */
const everything = [
  "* https://api.github.com/**",
  "* https://uploads.github.com/**",
  "* https://raw.githubusercontent.com/**",
  "* https://codeload.github.com/**",
];

it("lets no call arrive that the entry forbids, whatever host rules say, and all of them without the entry", async () => {
  await using standin = await startGithubStandin();
  const credentials = [githubCredential("a canary that is in no answer")];
  await using guarded = await startGithubProxy({
    standin,
    git: [githubRule()],
    rules: everything,
    credentials,
  });
  expect(await findArrived(guarded, standin.arrived, forbiddenCalls)).toEqual([]);
  await using open = await startGithubProxy({ standin, rules: everything, credentials });
  const control = await findArrived(open, standin.arrived, forbiddenCalls);
  expect(forbiddenCalls.filter(({ title }) => !control.includes(title))).toEqual([]);
  recordScore({
    row: 23,
    test: "GitHub's REST and GraphQL against one entry",
    attempts: forbiddenCalls.length,
    blocked: forbiddenCalls.length,
    controlSucceeded: control.length,
  });
});

it("lets calls about other repositories and about no code arrive only where a host rule allows them", async () => {
  await using standin = await startGithubStandin();
  const git = [githubRule()];
  await using closed = await startGithubProxy({ standin, git });
  expect(await findArrived(closed, standin.arrived, elsewhereCalls)).toEqual([]);
  await using open = await startGithubProxy({ standin, git, rules: everything });
  const through = await findArrived(open, standin.arrived, elsewhereCalls);
  expect(through).toEqual(elsewhereCalls.map(({ title }) => title));
  recordScore({
    row: 23,
    test: "GitHub's gists, repositories, invitations and other repositories",
    attempts: elsewhereCalls.length,
    blocked: elsewhereCalls.length,
    controlSucceeded: through.length,
  });
});

it("lets everything arrive that the entry allows, without any host rule", async () => {
  await using standin = await startGithubStandin();
  await using proxy = await startGithubProxy({ standin, git: [githubRule()] });
  const through = await findArrived(proxy, standin.arrived, allowedCalls);
  expect(through).toEqual(allowedCalls.map(({ title }) => title));
});

it("lets nothing be changed by an entry that only reads", async () => {
  await using standin = await startGithubStandin();
  const git = [githubRule({ push: undefined, pulls: "none" })];
  await using proxy = await startGithubProxy({ standin, git, rules: everything });
  const writing = allowedCalls.filter(
    ({ line, body }) => !line.startsWith("GET ") && !JSON.stringify(body).includes('"query":"{'),
  );
  const through = await findArrived(proxy, standin.arrived, writing);
  expect(through).toEqual(["a node"]);
});
