import { expect, test } from "vitest";
import { findArrived } from "../../support/api-call.ts";
import { gitlabAttacks, gitlabSideReads } from "./gitlab-attacks.ts";
import {
  gitlabCredential,
  gitlabHost,
  gitlabRule,
  startGitlabProxy,
  startGitlabStandin,
} from "../../support/gitlab-standin.ts";
import { recordScore } from "../../support/scoreboard.ts";

/** A host rule that lets everything pass: what the handler is held against. */
const everything = [`* https://${gitlabHost}/**`];

test("no request arrives at GitLab whose parameters, path or headers another reader takes for something else", async () => {
  await using standin = await startGitlabStandin();
  const git = [gitlabRule()];
  const credentials = [gitlabCredential("secret")];
  await using guarded = await startGitlabProxy({ standin, git, rules: everything, credentials });
  expect(await findArrived(guarded, standin.arrived, gitlabAttacks)).toEqual([]);
  await using open = await startGitlabProxy({ standin, rules: everything, credentials });
  const control = await findArrived(open, standin.arrived, gitlabAttacks);
  // The others are requests that the proxy passes to no host
  expect(control.length).toBeGreaterThan(gitlabAttacks.length - 12);
  recordScore({
    row: 23,
    test: "requests to GitLab that are open to two readings",
    attempts: gitlabAttacks.length,
    blocked: gitlabAttacks.length,
    controlSucceeded: control.length,
  });
});

test("what GitLab tells of other projects, because a text of the agent's names them, is left to host rules", async () => {
  await using standin = await startGitlabStandin();
  const git = [gitlabRule()];
  await using closed = await startGitlabProxy({ standin, git });
  expect(await findArrived(closed, standin.arrived, gitlabSideReads)).toEqual([]);
  await using open = await startGitlabProxy({ standin, git, rules: everything });
  const control = await findArrived(open, standin.arrived, gitlabSideReads);
  expect(control).toEqual(gitlabSideReads.map(({ title }) => title));
  recordScore({
    row: 23,
    test: "other projects by what GitLab tells of one",
    attempts: gitlabSideReads.length,
    blocked: gitlabSideReads.length,
    controlSucceeded: control.length,
  });
});
