// Octokit and go-github escape the slash of a branch, a ref, a label or a tag; GitHub takes both spellings.
import { describe, expect, test } from "vitest";
import { type ApiCall, sendCall } from "../../support/api-call.ts";
import { githubRule, startGithubProxy, startGithubStandin } from "../../support/github-standin.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";

const api = "https://api.github.com";
const repo = "/repos/acme/widgets";
const everything = [
  `* ${api}`,
  "* https://raw.githubusercontent.com",
  "* https://codeload.github.com",
];
const onAgent = { message: "m", content: "aGk=", branch: "agent/x" };

function to(line: string, body?: unknown): ApiCall {
  const [method = "", place = ""] = line.split(" ");
  const url = place.startsWith("https:") ? place : api + place;
  return { title: line, line: `${method} ${url}`, ...(body === undefined ? {} : { body }) };
}

/** Everything of the repository that a read-only client asks for, and changes of `agent/x`. */
const escaped: readonly ApiCall[] = [
  to(`GET ${repo}/git/ref/heads%2Fagent%2Fx`),
  to(`GET ${repo}/git/matching-refs/heads%2Fagent%2f`.replace("%2f", "%2fx")),
  to(`GET ${repo}/branches/agent%2Fx`),
  to(`GET ${repo}/branches/agent%2Fx/protection`),
  to(`GET ${repo}/contents/src%2Fa%2Fb.ts?ref=agent%2Fx`),
  to(`GET ${repo}/releases/tags/v1%2F2`),
  to(`GET ${repo}/releases/tags/%40acme%2Fwidgets%401.2.3`),
  to(`GET ${repo}/git/ref/tags%2F%40acme%2Fwidgets%401.2.3`),
  to(`GET ${repo}/labels/area%2Fdocs`),
  to(`GET ${repo}/labels/@area%2Fdocs`),
  to(`GET ${repo}/compare/main...agent%2Fx`),
  to(`GET ${repo}/commits/agent%2Fx/check-runs?per_page=100`),
  to(`GET ${repo}/tarball/agent%2Fx`),
  to(`GET ${repo}/environments/prod%2Feu`),
  to("GET https://codeload.github.com/acme/widgets/tar.gz/agent%2Fx"),
  to("GET https://raw.githubusercontent.com/acme/widgets/agent%2Fx/src%2Fa.ts"),
  to(`PATCH ${repo}/git/refs/heads%2Fagent%2Fx`, { sha: "1", force: false }),
  to(`PUT ${repo}/contents/src%2Fx.ts`, onAgent),
];

/** What the plain spelling may not do, and what is one thing plainly and another one escaped. */
const refused: readonly ApiCall[] = [
  to(`PATCH ${repo}/git/refs/heads%2Fmain`, { sha: "1", force: false }),
  to(`PATCH ${repo}/git/refs/heads%2Fagent%2Fx`, { sha: "1", force: true }),
  to(`DELETE ${repo}/git/refs/heads%2Fagent%2Fx`),
  to(`PUT ${repo}/branches/agent%2Fx/protection`, {}),
  to(`POST ${repo}/branches/agent%2Fx/rename`, { new_name: "y" }),
  to(`PUT ${repo}/contents/src%2Fx.ts`, { ...onAgent, branch: "main" }),
  to(`GET ${repo}/environments/prod%2Feu/secrets`),
  to(`GET ${repo}/environments/prod%2Feu/variables/A`),
  to(`GET ${repo}/environments/@prod%2Feu/secrets`),
  to(`GET ${repo}/actions%2Fsecrets`),
  to(`GET ${repo}/hooks%2F1`),
  to(`GET ${repo}%2Fhooks`),
  to(`GET ${repo}//hooks`),
  to(`GET ${repo}/./hooks`),
  to("GET /repos/acme%2Fwidgets/hooks"),
  to("GET /repos/@acme%2Fwidgets/hooks"),
  to("GET /repos%2Facme/widgets/hooks"),
  to("GET /repos/./acme/widgets/hooks"),
  to("GET /repos//acme/widgets/hooks"),
  to(`PUT ${repo}/pulls/7%2Fmerge`, {}),
  to(`POST ${repo}/pulls/7%2Freviews`, { event: "APPROVE" }),
  to(`PATCH ${repo}/git%2Frefs/heads/main`, { sha: "1" }),
  to("POST /graphql%2Fx", { query: "{viewer{login}}" }),
  to("POST /./graphql", { query: "{viewer{login}}" }),
  to(`GET ${repo}/hook%E9s`),
  to("GET https://raw.githubusercontent.com/acme%2Fwidgets/main/a"),
  to("GET https://codeload.github.com/acme%2Fwidgets/tar.gz/main"),
];

/** What no rule allows at any host. */
const never: readonly ApiCall[] = [
  "contents/a%252Fb",
  "contents/a%25%32%46b",
  "contents/..%2fhooks",
  "contents%2f..%2fhooks",
  "contents/a%2F%2e%2e%2Fb",
  "contents/a%2F.%2Fb",
  "contents/a%2F%2Fb",
  "contents/%2Fb",
  "contents/a%5Cb",
  "contents/a%2F%00",
  "contents/a\\b%2Fc",
  "contents/a;x%2Fb",
  "contents/a%2Fb;x",
  "contents/a%2F;%2Fb",
  "contents/a%c0%afb",
].map((path) => to(`GET ${repo}/${path}`));

describe("an escaped slash at GitHub is decided as a plain one, and sent as it came", () => {
  const world = openShared(async (stack) => {
    const standin = stack.use(await startGithubStandin());
    return { standin, proxy: stack.use(await startGithubProxy({ standin, git: [githubRule()] })) };
  });

  test.each(escaped)("$title", async (call) => {
    const { standin, proxy } = world();
    const before = standin.arrived.length;
    expect((await sendCall(proxy, call)).status).toBe(200);
    const written = call.line.replace(/^\S+ https:\/\/[^/]+/, "");
    expect(standin.arrived.slice(before).map(({ url }) => url)).toEqual([written]);
    await sendCall(proxy, { ...call, line: call.line.replaceAll(/%2f/gi, "/") });
    expect(standin.arrived).toHaveLength(before + 2);
  });
});

describe("what the plain spelling may not do, and what isn't the same escaped, is refused", () => {
  const world = openShared(async (stack) => {
    const standin = stack.use(await startGithubStandin());
    const git = [githubRule()];
    return {
      standin,
      guarded: stack.use(await startGithubProxy({ standin, git, rules: everything })),
      open: stack.use(await startGithubProxy({ standin, rules: everything })),
    };
  });

  test.each([
    ...refused.map((call) => ({ ...call, arrives: 1 })),
    // What no rule allows arrives nowhere
    ...never.map((call) => ({ ...call, arrives: 0 })),
  ])("$title", async ({ arrives, ...call }) => {
    const { standin, guarded, open } = world();
    const before = standin.arrived.length;
    await sendCall(guarded, call);
    expect(standin.arrived).toHaveLength(before);
    await sendCall(open, call);
    expect(standin.arrived).toHaveLength(before + arrives);
    const test = `escaped slashes at GitHub: ${call.title}`;
    recordScore({ row: 23, test, attempts: 1, blocked: 1, controlSucceeded: arrives });
  });
});

describe("a file that may not be changed", () => {
  const world = openShared(async (stack) => {
    const standin = stack.use(await startGithubStandin());
    const push = { ...githubRule().push!, denyPaths: [".github/**"] };
    const git = [githubRule({ push })];
    return { standin, proxy: stack.use(await startGithubProxy({ standin, git })) };
  });
  const change = async (path: string): Promise<number> => {
    const { standin, proxy } = world();
    const before = standin.arrived.length;
    await sendCall(proxy, to(`PUT ${repo}/contents/${path}`, onAgent));
    return standin.arrived.length - before;
  };

  test.each([".github%2Fworkflows%2Fx.yml", ".github%2fx", "%2Egithub%2Fx", ".GitHub%2Fx"])(
    "has no other spelling: %s",
    async (path) => {
      expect(await change(path)).toBe(0);
    },
  );

  test("is no other one (control)", async () => {
    expect(await change("github%2Fx")).toBe(1);
  });
});

test("the refusal says which spelling is meant", async () => {
  await using standin = await startGithubStandin();
  await using proxy = await startGithubProxy({ standin, git: [githubRule()], rules: everything });
  const answer = await sendCall(proxy, to(`GET ${repo}/environments/prod%2Feu/secrets`));
  expect(answer).toMatchObject({ status: 403, refusal: "git-not-allowed" });
  expect(answer.body).toContain("servers read its path in different ways; write it plainly");
});

test("a byte that is no UTF-8 is no mistake of the proxy's: reading passes, and a name isn't guessed", async () => {
  await using standin = await startGithubStandin();
  await using proxy = await startGithubProxy({ standin, git: [githubRule()], rules: everything });
  for (const path of ["contents/caf%E9", "compare/caf%E9...main"]) {
    await sendCall(proxy, to(`GET ${repo}/${path}`));
    expect(standin.arrived.at(-1)?.url, path).toContain(path);
  }
  const write = to(`PUT ${repo}/contents/caf%E9`, onAgent);
  expect(await sendCall(proxy, write)).toMatchObject({ status: 403, refusal: "git-not-allowed" });
  const project = to("GET https://api.github.com/api/v4/projects/a%2Fb/x%E9y");
  expect((await sendCall(proxy, project)).status).toBe(200);
});

test("a read that carries a body is not understood where an entry decides", async () => {
  await using standin = await startGithubStandin();
  await using guarded = await startGithubProxy({ standin, git: [githubRule()], rules: everything });
  const call = to(`GET ${repo}/contents/a`, { ref: "x" });
  expect(await sendCall(guarded, call)).toMatchObject({ status: 403, refusal: "git-not-allowed" });
  expect((await sendCall(guarded, to("GET /repos/other/one/contents/a", {}))).status).toBe(200);
  expect(standin.arrived.map(({ url }) => url)).toEqual(["/repos/other/one/contents/a"]);
});
