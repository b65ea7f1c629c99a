import { expect, it } from "vitest";
import { findArrived } from "../../support/api-call.ts";
import { allowedCalls, elsewhereCalls, forbiddenCalls } from "./github-calls.ts";
import {
  githubCredential,
  githubRule,
  startGithubProxy,
  startGithubStandin,
} from "../../support/github-standin.ts";
import { arrivesAt, describeCalls } from "./call-table.ts";

/** Host rules that let everything pass: what the handler is held against. */
const everything = [
  "* https://api.github.com/**",
  "* https://uploads.github.com/**",
  "* https://raw.githubusercontent.com/**",
  "* https://codeload.github.com/**",
];

const credentials = [githubCredential("a canary that is in no answer")];

describeCalls({
  title:
    "lets no call arrive that the entry forbids, whatever host rules say, and all of them without the entry",
  calls: forbiddenCalls,
  score: { row: 23, test: "GitHub's REST and GraphQL against one entry" },
  open: async (stack) => {
    const standin = stack.use(await startGithubStandin());
    return {
      guarded: stack.use(
        await startGithubProxy({ standin, git: [githubRule()], rules: everything, credentials }),
      ),
      open: stack.use(await startGithubProxy({ standin, rules: everything, credentials })),
      succeeds: arrivesAt(standin.arrived),
    };
  },
});

describeCalls({
  title:
    "lets calls about other repositories and about no code arrive only where a host rule allows them",
  calls: elsewhereCalls,
  score: { row: 23, test: "GitHub's gists, repositories, invitations and other repositories" },
  open: async (stack) => {
    const standin = stack.use(await startGithubStandin());
    return {
      guarded: stack.use(await startGithubProxy({ standin, git: [githubRule()] })),
      open: stack.use(await startGithubProxy({ standin, git: [githubRule()], rules: everything })),
      succeeds: arrivesAt(standin.arrived),
    };
  },
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
