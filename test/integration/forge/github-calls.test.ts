import { describe, expect, it } from "vitest";
import { sendCall } from "../../support/api-call.ts";
import { allowedCalls, elsewhereCalls, forbiddenCalls } from "./github-calls.ts";
import {
  githubCredential,
  githubRule,
  startGithubProxy,
  startGithubStandin,
} from "../../support/github-standin.ts";
import { arrivesAt, describeCalls } from "./call-table.ts";
import { openShared } from "../../support/shared-place.ts";

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

describe("an entry, without any host rule", () => {
  const world = openShared(async (stack) => {
    const standin = stack.use(await startGithubStandin());
    return { standin, proxy: stack.use(await startGithubProxy({ standin, git: [githubRule()] })) };
  });

  it.each(allowedCalls)("lets what it allows arrive: $title", async (call) => {
    const { standin, proxy } = world();
    const before = standin.arrived.length;
    await sendCall(proxy, call);
    expect(standin.arrived.length).toBeGreaterThan(before);
  });
});

describe("an entry that only reads", () => {
  const world = openShared(async (stack) => {
    const standin = stack.use(await startGithubStandin());
    const git = [githubRule({ push: undefined, pulls: "none" })];
    return {
      standin,
      proxy: stack.use(await startGithubProxy({ standin, git, rules: everything })),
    };
  });
  const writing = allowedCalls.filter(
    ({ line, body }) => !line.startsWith("GET ") && !JSON.stringify(body).includes('"query":"{'),
  );

  it.each(writing)("lets nothing be changed, and a node be read: $title", async (call) => {
    const { standin, proxy } = world();
    const before = standin.arrived.length;
    await sendCall(proxy, call);
    expect(standin.arrived.length > before).toBe(call.title === "a node");
  });
});
