import { expect, it } from "vitest";
import { findArrived, sendCall } from "../../support/api-call.ts";
import { githubAttacks, githubSideReads } from "./github-attacks.ts";
import {
  githubCredential,
  githubRule,
  startGithubProxy,
  startGithubStandin,
} from "../../support/github-standin.ts";
import { recordScore } from "../../support/scoreboard.ts";

const api = "https://api.github.com";
/** Host rules that let everything pass: what the handler is held against. */
const everything = [`* ${api}/**`];

function guardedRule() {
  const rule = githubRule();
  return { ...rule, push: { ...rule.push!, denyPaths: [".github/workflows/**"] } };
}

it("lets no request arrive at GitHub that says one thing to the proxy and may say another to a server", async () => {
  await using standin = await startGithubStandin();
  const credentials = [githubCredential("a canary that is in no answer")];
  const git = [guardedRule()];
  await using guarded = await startGithubProxy({ standin, git, rules: everything, credentials });
  expect(await findArrived(guarded, standin.arrived, githubAttacks)).toEqual([]);
  await using open = await startGithubProxy({ standin, rules: everything, credentials });
  const control = await findArrived(open, standin.arrived, githubAttacks);
  // The others are requests that the proxy passes to no host
  expect(control.length).toBeGreaterThan(githubAttacks.length - 30);
  recordScore({
    row: 23,
    test: "requests to GitHub that are open to two readings",
    attempts: githubAttacks.length,
    blocked: githubAttacks.length,
    controlSucceeded: control.length,
  });
});

it("doesn't take for reading the repository what tells of others, and leaves it to host rules", async () => {
  await using standin = await startGithubStandin();
  const git = [guardedRule()];
  await using closed = await startGithubProxy({ standin, git });
  expect(await findArrived(closed, standin.arrived, githubSideReads)).toEqual([]);
  await using open = await startGithubProxy({ standin, git, rules: everything });
  const control = await findArrived(open, standin.arrived, githubSideReads);
  expect(control).toEqual(githubSideReads.map(({ title }) => title));
  recordScore({
    row: 23,
    test: "other repositories by what GitHub tells of one",
    attempts: githubSideReads.length,
    blocked: githubSideReads.length,
    controlSucceeded: control.length,
  });
});

it("keeps the token that GitHub gives to clone a private repository, as without the entry it doesn't", async () => {
  const temp_clone_token = "ABTheTokenThatClonesWidgets";
  const parent = { name: "base", temp_clone_token };
  await using standin = await startGithubStandin(() => ({ id: 7, temp_clone_token, parent }));
  await using guarded = await startGithubProxy({ standin, git: [githubRule()] });
  await using open = await startGithubProxy({ standin, rules: everything });
  for (const path of ["/repos/acme/widgets", "/REPOS/Acme/widgets.git/?x"]) {
    const call = { title: "", line: `GET ${api}${path}` };
    const { status, body } = await sendCall(guarded, call);
    expect(status).toBe(200);
    expect(body).toContain('{"id":7,"parent":{"name":"base"}}');
    expect((await sendCall(open, call)).body).toContain(temp_clone_token);
  }
  // In JavaScript it would be out of reach of who looks for it in JSON
  const script = { title: "", line: `GET ${api}/repos/acme/widgets?callback=x` };
  expect((await sendCall(guarded, script)).body).not.toContain(temp_clone_token);
  expect((await sendCall(open, script)).body).toContain(temp_clone_token);
  const head = { title: "", line: `HEAD ${api}/repos/acme/widgets` };
  expect((await sendCall(guarded, head)).status).toBe(200);
});
