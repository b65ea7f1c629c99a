import { randomBytes } from "node:crypto";
import { describe, expect, test } from "vitest";
import { sendCall } from "../../support/api-call.ts";
import { allowedCalls, elsewhereCalls, forbiddenCalls } from "./gitlab-calls.ts";
import {
  gitlabCredential,
  gitlabHost,
  gitlabRule,
  runnersToken,
  startGitlabProxy,
  startGitlabStandin,
  widgetsId,
} from "../../support/gitlab-standin.ts";
import { arrivesAt, describeCalls } from "./call-table.ts";
import { openShared } from "../../support/shared-place.ts";

/** A host rule that lets everything pass: what the handler is held against. */
const everything = [`* https://${gitlabHost}/**`];

describeCalls({
  title:
    "no call arrives at GitLab that the entry forbids, whatever host rules say, and all of them without the entry",
  calls: forbiddenCalls,
  score: { row: 23, test: "GitLab's REST and GraphQL against one entry" },
  open: async (stack) => {
    const standin = stack.use(await startGitlabStandin());
    return {
      guarded: stack.use(
        await startGitlabProxy({
          standin,
          git: [gitlabRule()],
          rules: everything,
          credentials: [gitlabCredential("secret")],
        }),
      ),
      open: stack.use(await startGitlabProxy({ standin, rules: everything })),
      succeeds: arrivesAt(standin.arrived),
    };
  },
});

describeCalls({
  title: "calls about other projects and about no code arrive only where a host rule allows them",
  calls: elsewhereCalls,
  score: { row: 23, test: "GitLab's snippets, keys, new projects and other projects" },
  open: async (stack) => {
    const standin = stack.use(await startGitlabStandin());
    return {
      guarded: stack.use(await startGitlabProxy({ standin, git: [gitlabRule()] })),
      open: stack.use(await startGitlabProxy({ standin, git: [gitlabRule()], rules: everything })),
      succeeds: arrivesAt(standin.arrived),
    };
  },
});

describe("what the entry allows arrives without any host rule, unchanged, with the credential of the repository", () => {
  const secret = randomBytes(20).toString("hex");
  const world = openShared(async (stack) => {
    const standin = stack.use(await startGitlabStandin());
    const credentials = [gitlabCredential(secret, "acme/tools/widgets")];
    const proxy = stack.use(await startGitlabProxy({ standin, git: [gitlabRule()], credentials }));
    return { standin, proxy };
  });

  test.each(allowedCalls)("$title", async (call) => {
    const { standin, proxy } = world();
    const before = [standin.arrived.length, standin.questions.length] as const;
    expect((await sendCall(proxy, call)).status).toBe(200);
    const arrived = standin.arrived.slice(before[0]);
    const came = [...arrived, ...standin.questions.slice(before[1])];
    expect(new Set(came.map(({ token }) => token))).toEqual(new Set([secret]));
    if (call.body !== undefined)
      expect(arrived.map(({ body }) => body)).toContain(JSON.stringify(call.body));
  });

  test("and a path arrives as it was written", () => {
    expect(world().standin.arrived).toContainEqual(
      expect.objectContaining({
        method: "PUT",
        url: "/api/v4/projects/acme%2Ftools%2Fwidgets/repository/files/src%2fx.ts",
      }),
    );
  });
});

test("the audit names the repository and the branch, of a refused call too", async () => {
  await using standin = await startGitlabStandin();
  await using proxy = await startGitlabProxy({ standin, git: [gitlabRule()] });
  const answer = await sendCall(proxy, forbiddenCalls[0]!);
  expect(answer).toMatchObject({ status: 403, refusal: "git-not-allowed" });
  expect(answer.body).toContain("main");
  expect(proxy.events[0]).toMatchObject({
    type: "request.decision",
    verdict: "deny",
    reason: "git-not-allowed",
    repository: "acme/tools/widgets",
    rule: "--git",
    updates: [{ ref: "refs/heads/main" }],
  });
});

test.each(["acme%2Ftools%2Fwidgets", "acme%2ftools%2fwidgets/?statistics=true"])(
  "who reads a project isn't told the token that registers runners, as without the entry: %s",
  async (path) => {
    await using standin = await startGitlabStandin();
    await using guarded = await startGitlabProxy({ standin, git: [gitlabRule()] });
    await using open = await startGitlabProxy({ standin, rules: everything });
    const line = `GET https://${gitlabHost}/api/v4/projects/${path}`;
    const { status, body } = await sendCall(guarded, { title: "", line });
    expect(status).toBe(200);
    expect(body).toContain(`{"id":${widgetsId},"path_with_namespace":"acme/tools/widgets"}`);
    expect((await sendCall(open, { title: "", line })).body).toContain(runnersToken);
  },
);

describe("an entry that only reads", () => {
  const world = openShared(async (stack) => {
    const standin = stack.use(await startGitlabStandin());
    const reading = gitlabRule({ push: undefined, pulls: "none" });
    const lenient = [{ ...reading, exclusive: false }];
    return {
      standin,
      closed: stack.use(await startGitlabProxy({ standin, git: [reading], rules: everything })),
      open: stack.use(await startGitlabProxy({ standin, git: lenient, rules: everything })),
      none: stack.use(await startGitlabProxy({ standin, git: lenient })),
    };
  });

  test.each(allowedCalls.filter(({ line }) => !line.startsWith("GET ")))(
    "lets nothing be changed, and one that isn't exclusive leaves it to host rules: $title",
    async (call) => {
      const { standin, closed, open, none } = world();
      const before = standin.arrived.length;
      await sendCall(closed, call);
      await sendCall(none, call);
      expect(standin.arrived).toHaveLength(before);
      await sendCall(open, call);
      expect(standin.arrived.length).toBeGreaterThan(before);
    },
  );
});
