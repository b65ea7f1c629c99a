import { expect, it } from "vitest";
import { sendCall } from "../../support/api-call.ts";
import { githubAttacks, githubSideReads } from "./github-attacks.ts";
import {
  githubCredential,
  githubRule,
  startGithubProxy,
  startGithubStandin,
} from "../../support/github-standin.ts";
import { arrivesAt, describeCalls } from "./call-table.ts";

const api = "https://api.github.com";
/** Host rules that let everything pass: what the handler is held against. */
const everything = [`* ${api}/**`];

const credentials = [githubCredential("a canary that is in no answer")];

function guardedRule() {
  const rule = githubRule();
  return { ...rule, push: { ...rule.push!, denyPaths: [".github/workflows/**"] } };
}

describeCalls({
  title:
    "lets no request arrive at GitHub that says one thing to the proxy and may say another to a server",
  calls: githubAttacks,
  score: { row: 23, test: "requests to GitHub that are open to two readings" },
  refusedAnyway: 29,
  open: async (stack) => {
    const standin = stack.use(await startGithubStandin());
    return {
      guarded: stack.use(
        await startGithubProxy({ standin, git: [guardedRule()], rules: everything, credentials }),
      ),
      open: stack.use(await startGithubProxy({ standin, rules: everything, credentials })),
      succeeds: arrivesAt(standin.arrived),
    };
  },
});

describeCalls({
  title:
    "doesn't take for reading the repository what tells of others, and leaves it to host rules",
  calls: githubSideReads,
  score: { row: 23, test: "other repositories by what GitHub tells of one" },
  open: async (stack) => {
    const standin = stack.use(await startGithubStandin());
    return {
      guarded: stack.use(await startGithubProxy({ standin, git: [guardedRule()] })),
      open: stack.use(await startGithubProxy({ standin, git: [guardedRule()], rules: everything })),
      succeeds: arrivesAt(standin.arrived),
    };
  },
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
