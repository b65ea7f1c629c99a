import { expect, it } from "vitest";
import { answerGh, openGhClient } from "./gh-client.ts";
import {
  githubCredential,
  githubRule,
  startGithubProxy,
  startGithubStandin,
} from "../../support/github-standin.ts";

const secret = "ghs_theRealTokenThatOnlyTheHostKnows";
const inWidgets = ["-R", "acme/widgets"] as const;

it("lets gh look at a repository and its pull requests, open one and comment on it", async () => {
  await using standin = await startGithubStandin(answerGh);
  await using proxy = await startGithubProxy({
    standin,
    git: [githubRule()],
    credentials: [githubCredential(secret, "acme/widgets")],
  });
  await using gh = await openGhClient(proxy);
  const say = async (...args: string[]) => {
    const { status, stdout, stderr } = await gh.run(...args);
    expect(stderr.replaceAll(/^(?:\s*|Creating pull request.*)$/gm, "").trim()).toBe("");
    expect(status).toBe(0);
    return stdout;
  };
  expect(await say("pr", "list", ...inWidgets)).toContain("A change");
  expect(await say("pr", "view", "7", ...inWidgets)).toContain("the text");
  expect(await say("repo", "view", "acme/widgets")).toContain("about widgets");
  expect(await say("api", "repos/acme/widgets")).toContain("default_branch");
  expect(await say("pr", "comment", "7", "--body", "hi", ...inWidgets)).toContain("#c1");
  const create = ["--title", "T", "--body", "B", "--head", "agent/x", "--base", "main"];
  expect(await say("pr", "create", ...create, ...inWidgets)).toContain("/acme/widgets/pull/7");
  const path = "repos/acme/widgets/contents/a.txt";
  const file = ["-f", "message=m", "-f", "content=aGk=", "-f", "branch=agent/x"];
  await say("api", "-X", "PUT", path, ...file);
  expect(standin.arrived.length).toBeGreaterThan(8);
  expect(new Set(standin.arrived.map(({ authorization }) => authorization))).toEqual(
    new Set([`Bearer ${secret}`]),
  );
});

it("tells gh why it may not merge, write to main or make a gist", async () => {
  await using standin = await startGithubStandin(answerGh);
  await using proxy = await startGithubProxy({
    standin,
    git: [githubRule()],
    credentials: [githubCredential(secret)],
  });
  await using gh = await openGhClient(proxy);
  const merge = await gh.run("pr", "merge", "7", "--merge", ...inWidgets);
  expect(merge.status).not.toBe(0);
  expect(merge.stderr).toContain("vaultbox: refused");
  expect(merge.stderr).toContain("merging is not allowed");
  const later = await gh.run("pr", "merge", "7", "--auto", "--squash", ...inWidgets);
  expect(later.stderr).toContain("merging is not allowed");
  const path = "repos/acme/widgets/contents/a.txt";
  const file = ["-f", "message=m", "-f", "content=aGk="];
  const main = await gh.run("api", "-X", "PUT", path, ...file, "-f", "branch=main");
  expect(main.status).not.toBe(0);
  expect(main.stderr).toContain("main: not one of the refs that may be pushed");
  const unnamed = await gh.run("api", "-X", "PUT", path, ...file);
  expect(unnamed.stderr).toContain("it names no branch");
  const gist = await gh.run("api", "gists", "-f", "description=x");
  expect(gist.stderr).toContain("vaultbox run --allow 'POST https://api.github.com/gists'");
  const others = await gh.run("repo", "list");
  expect(others.stderr).toContain("the field repositories of Account");
  const writes = standin.arrived.filter(
    ({ method, body }) => method !== "GET" && !body.includes('"query"'),
  );
  expect(writes).toEqual([]);
  expect(standin.arrived.filter(({ body }) => body.includes("mutation"))).toEqual([]);
});
