import { describe, expect, test } from "vitest";
import type { GitRule } from "../../../src/git/entry/git-rule.ts";
import { sendCall } from "../../support/api-call.ts";
import { describeCalls } from "./call-table.ts";
import { canary, startClosedForge, startClosedProxy } from "./closed-forge.ts";
import type { ProxyFixture } from "../../support/proxy-fixture.ts";
import { gitRule } from "../../support/git-rule.ts";
import { openShared } from "../../support/shared-place.ts";

/** `acme/secret` may not be read, `acme/widgets` may. */
function rulesOf(forge: GitRule["forge"], host: string): readonly GitRule[] {
  return [
    gitRule({ forge, host, repository: "acme/secret", read: false }),
    gitRule({ forge, host, repository: "acme/widgets" }),
  ];
}

/** By what comes before the paths, what may show the closed repository: a GET unless it says something else. */
const attacks: Readonly<Record<string, readonly string[]>> = {
  "https://api.github.com": [
    "/repos/acme/secret",
    "/repos/ACME/Secret.git/contents/a",
    "/repos/acme%2Fsecret",
    "/repos/acme/secret%2Fcontents%2Fa",
    "/repos%2Facme/secret/contents/a",
    "/repos//acme/secret/contents/a",
    "/repos/acme/./secret/contents/a",
    "/./repos/acme/secret/contents/a",
    "/repositories%2F7",
    "/repositories//7/contents/a",
    "/repos/acme/former",
    "/repos/acme/former/contents/a",
    "/repos/eve/fork/contents/a?ref=0123456789012345678901234567890123456789",
    "/repositories/7",
    "/repositories/7/contents/a",
    "/Repositories/7/git/trees/main?recursive=1",
    "/repositories/007/readme",
    "/repositories?since=6",
    "/repositories/10/contents/a",
    "/search/code?q=password+repo:acme/secret",
    "/search/code?q=password",
    "/search/code?q=password+org:acme",
    "/search/code?q=password+user:acme",
    "/search/code?q=password+repo:acme/open+org:acme",
    "/search/code?q=password+repo:acme/open+repo:acme/secret",
    "/search/code?q=password+repo:acme/open+OR+org:acme",
    '/search/code?q="repo:acme/open"+password',
    "/search/code?q=password+repo:acme/former",
    "/search/commits?q=fix",
    "/search/issues?q=is:issue",
    "/search/repositories?q=secret",
    "/search/labels?repository_id=7&q=x",
    "/user/repos",
    "/user/starred",
    "/user/subscriptions",
    "/user/issues",
    "/users/acme/repos",
    "/users/acme/events",
    "/users/acme/received_events",
    "/users/acme/starred",
    "/orgs/acme/repos",
    "/orgs/acme/events",
    "/orgs/acme/issues",
    "/orgs/acme/packages?package_type=container",
    "/orgs/acme/teams/x/repos",
    "/orgs/acme/teams/x/repos/acme/secret",
    "/organizations/1/repos",
    "/installation/repositories",
    "/events",
    "/networks/acme/secret/events",
    "/notifications",
    "/notifications/threads/1",
    "/issues",
    "/user/migrations/1/archive",
    "/repos/acme/open/issues/1/timeline",
    "/repos/acme/open/forks",
    "/repos/acme/secret/traffic/clones",
    "POST /markdown",
    "POST /user/migrations",
  ],
  "https://github.com": [
    "/acme/secret",
    "/acme/secret/blob/main/a",
    "/acme/secret/raw/main/a",
    "/acme/secret/archive/refs/heads/main.zip",
    "/Acme/SECRET/releases/download/v1/x",
    "/acme/secret.git/info/refs?service=git-upload-pack",
    "/acme/former/blob/main/a",
    "/acme/former.git/info/refs?service=git-upload-pack",
    "/eve/fork.git/info/refs?service=git-upload-pack",
    "POST /eve/fork/git-upload-pack",
    "/acme",
    "/search?q=x&type=code",
    "/orgs/acme/repositories",
    "/notifications",
    "/acme.atom",
  ],
  "https://www.github.com": ["/acme/secret/raw/main/a"],
  "https://raw.githubusercontent.com": [
    "/acme/secret/main/a",
    "/acme/former/main/a",
    "/eve/fork/0123456789012345678901234567890123456789/a",
  ],
  "https://media.githubusercontent.com": ["/media/acme/secret/main/a", "/acme/secret/main/a"],
  "https://patch-diff.githubusercontent.com": ["/raw/acme/secret/pull/1.diff"],
  "https://codeload.github.com": [
    "/acme/secret/tar.gz/main",
    "/acme/former/zip/refs/heads/main",
    "/eve/fork/legacy.tar.gz/0123456",
  ],
  "https://ghe.example": [
    "/api/v3/repos/acme/secret",
    "/api/v3/repositories/7",
    "/api/v3/search/code?q=x",
    "/api/v3/repos/acme/former/contents/a",
    "/acme/secret/raw/main/a",
    "/raw/acme/secret/main/a",
    "/codeload/acme/former/zip/main",
    "/stafftools",
  ],
  "https://raw.ghe.example": ["/acme/secret/main/a", "/acme/former/main/a"],
  "https://gitlab.example.test": [
    "/api/v4/projects/acme%2Fsecret",
    "/api/v4/projects/acme%2Fsecret.json",
    "/api/v4/projects/acme%2Fsecret/search?scope=blobs&search=x",
    "/api/v4/projects/acme%2Fsecret/issues",
    "/api/v4/projects/acme%2Fformer/repository/tree",
    "/api/v4/projects/eve%2Ffork/repository/tree",
    "/api/v4/projects/7",
    "/api/v4/projects/7/repository/files/a/raw",
    "/api/v4/projects/7/search?scope=blobs&search=x",
    "/api/v4/projects/10/repository/commits/0123456",
    "/api/v4/projects/7.json",
    "/api/v4/projects/acme%2Fopen/repository/compare?from=a&to=b&from_project_id=7",
    "/api/v4/projects/acme%2Fopen/forks",
    "/api/v4/projects",
    "/api/v4/search?scope=blobs&search=x",
    "/api/v4/groups/acme/search?scope=blobs&search=x",
    "/api/v4/groups/acme/projects",
    "/api/v4/groups/acme/-/search?scope=blobs&search=x",
    "/api/v4/users/1/projects",
    "/api/v4/merge_requests?scope=all",
    "/api/v4/issues?scope=all",
    "/api/v4/events",
    "/api/v4/todos",
    "/api/v4/snippets/all",
    "/acme/secret/-/raw/main/a",
    "/acme/secret/raw/main/a",
    "/acme/secret.git/info/refs?service=git-upload-pack",
    "/acme/former.git/info/refs?service=git-upload-pack",
    "/acme/former/-/archive/main/former-main.zip",
    "/eve/fork/-/raw/0123456/a",
    "/search?search=x&project_id=7",
    "/explore",
  ],
  "https://gitea.example.test": [
    "/api/v1/repos/acme/secret",
    "/api/v1/repos/acme/secret/raw/a",
    "/api/v1/repositories/7",
    "/api/v1/repos/search?q=secret",
    "/api/v1/user/repos",
    "/acme/secret/raw/branch/main/a",
    "/acme/secret.git/info/refs?service=git-upload-pack",
    "/explore/repos",
  ],
  "https://git.example.test": [
    "/acme/secret.git/info/refs?service=git-upload-pack",
    "/acme/secret/raw/main/a",
    "/cgit/acme/secret/plain/a",
    "/api/anything",
  ],
  "https://bitbucket.org": ["/acme/secret/raw/main/a", "/dashboard"],
  "https://api.bitbucket.org": [
    "/2.0/repositories/acme/secret/src/main/a",
    "/2.0/repositories/acme",
    "/2.0/repositories/acme/%7B01234567-0123-0123-0123-012345678901%7D/src",
    "/2.0/teams/acme/search/code?search_query=x",
  ],
};

/** What shows nothing of it goes on. */
const free: Readonly<Record<string, readonly string[]>> = {
  "https://api.github.com": [
    "/user",
    "/users/acme",
    "/rate_limit",
    "POST /gists",
    "/repos/acme/open/contents/a",
    "/repositories/8/contents/a",
    "/repositories/9/contents/a",
    "/repos/acme/widgets/contents/a",
    "/search/code?q=password+repo:acme/open&per_page=5",
  ],
  "https://github.com": [
    "/acme/open/raw/main/a",
    "/acme/open.git/info/refs?service=git-upload-pack",
    "POST /login/oauth/access_token",
  ],
  "https://raw.githubusercontent.com": ["/acme/open/main/a", "/acme/widgets/main/a"],
  "https://codeload.github.com": ["/acme/open/tar.gz/main"],
  "https://ghe.example": ["/api/v3/user", "/api/v3/repos/acme/open/contents/a", "/acme/open"],
  "https://gitlab.example.test": [
    "/api/v4/version",
    "/api/v4/projects/acme%2Fopen/repository/tree",
    "/api/v4/projects/8/repository/tree",
    "/api/v4/projects/9/repository/tree",
    "/acme/open/-/raw/main/a",
    "/acme/open.git/info/refs?service=git-upload-pack",
  ],
  "https://gitea.example.test": ["/api/v1/repos/acme/open/raw/a", "/acme/open/raw/branch/main/a"],
  "https://git.example.test": ["/acme/open.git/info/refs?service=git-upload-pack"],
  "https://api.bitbucket.org": ["/2.0/repositories/acme/open/src/main/a"],
};

const rules: readonly GitRule[] = [
  ...rulesOf("github", "github.com"),
  ...rulesOf("github", "ghe.example"),
  ...rulesOf("gitlab", "gitlab.example.test"),
  ...rulesOf("gitea", "gitea.example.test"),
  ...rulesOf("generic", "git.example.test"),
  ...rulesOf("bitbucket", "bitbucket.org"),
];

function linesOf(table: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return Object.entries(table).flatMap(([origin, paths]) =>
    paths.map((path) =>
      path.startsWith("/") ? `GET ${origin}${path}` : path.replace(" ", ` ${origin}`),
    ),
  );
}

describeCalls({
  title:
    "a repository that may not be read is shown by no number, search, list, page, fork or former name",
  calls: linesOf(attacks).map((line) => ({ title: line, line })),
  score: { row: 58, test: "reading a closed repository by another way" },
  // The stand-in sends the client on for a former name, and knows no repository of that number's spelling
  refusedAnyway: 7,
  open: async (stack) => {
    const forge = stack.use(await startClosedForge());
    const guarded = stack.use(await startClosedProxy(forge, rules));
    return {
      guarded,
      open: stack.use(await startClosedProxy(forge, [])),
      succeeds: async (proxy, call) => {
        const { refusal, body } = await sendCall(proxy, call);
        return body.includes(canary) || (proxy === guarded && refusal === undefined);
      },
    };
  },
});

describe("GraphQL", () => {
  const world = openShared(async (stack) => {
    const forge = stack.use(await startClosedForge());
    return {
      proxy: stack.use(await startClosedProxy(forge, rules)),
      open: stack.use(await startClosedProxy(forge, [])),
    };
  });
  const ask = async (through: ProxyFixture, name: string): Promise<string> => {
    const [owner, repository] = name.split("/");
    const place = `owner:"${owner}",name:"${repository}"`;
    const query = `{repository(${place}){object(expression:"HEAD:a"){... on Blob{text}}}}`;
    const line = "POST https://api.github.com/graphql";
    return (await sendCall(through, { title: name, line, body: { query } })).body;
  };

  test.each(["acme/secret", "acme/former", "eve/fork", "nobody/nothing"])(
    "shows a closed repository under no name: %s",
    async (name) => {
      expect(await ask(world().proxy, name)).toContain("git-not-allowed");
      if (name !== "nobody/nothing") expect(await ask(world().open, name)).toContain(canary);
    },
  );

  test("shows others still", async () => {
    expect(await ask(world().proxy, "acme/open")).toContain("free");
  });
});

describe("what shows nothing of a closed repository goes on where host rules allow it", () => {
  const proxy = openShared(async (stack) =>
    stack.use(await startClosedProxy(stack.use(await startClosedForge()), rules)),
  );

  test.each(linesOf(free))("%s", async (line) => {
    const { status, body } = await sendCall(proxy(), { title: line, line });
    expect(status).toBe(200);
    expect(body).toContain("free");
  });
});

test("a number doesn't dodge what an entry forbids that may be read", async () => {
  await using forge = await startClosedForge();
  const git = [
    gitRule({ repository: "acme/widgets" }),
    gitRule({ forge: "gitlab", host: "gitlab.example.test", repository: "acme/widgets" }),
  ];
  await using proxy = await startClosedProxy(forge, git);
  const read = async (url: string) =>
    (await sendCall(proxy, { title: url, line: `GET ${url}` })).status;
  for (const [by, status] of [
    ["acme%2Fwidgets", 403],
    ["9", 403],
    ["8", 200],
  ] as const) {
    const url = `https://gitlab.example.test/api/v4/projects/${by}/variables`;
    expect([url, await read(url)]).toEqual([url, status]);
  }
  for (const [by, status] of [
    ["repos/acme/widgets", 403],
    ["repositories/9", 403],
    ["repositories/8", 200],
  ] as const) {
    const url = `https://api.github.com/${by}/actions/secrets`;
    expect([url, await read(url)]).toEqual([url, status]);
  }
});

test("a forge is asked only about what host rules allow, once, and the audit has the questions", async () => {
  await using forge = await startClosedForge();
  const line = "GET https://api.github.com/repos/acme/open/contents/a";
  const asked = async (rules: readonly string[]) => {
    await using proxy = await startClosedProxy(forge, rulesOf("github", "github.com"), rules);
    for (const _ of [1, 2]) await sendCall(proxy, { title: line, line });
    return proxy.events.flatMap((event) =>
      event.type === "request.decision" && event.check === "repository" ? [event.path] : [],
    );
  };
  expect(await asked([])).toEqual([]);
  expect(await asked(["* https://api.github.com/**"])).toEqual([
    "/repos/acme/open",
    "/repos/acme/secret",
  ]);
});
