import { expect, test } from "vitest";
import { readNamedRepositories } from "../../../src/git/named-repositories.ts";
import type { Forge } from "../../../src/git/repository-call.ts";

const gitHosts: Readonly<Record<Forge, string>> = {
  github: "github.com",
  gitlab: "gitlab.com",
  gitea: "gitea.example",
  bitbucket: "bitbucket.org",
  azure: "dev.azure.com",
  generic: "git.example",
};

function read(forge: Forge, line: string): string {
  const [method = "", url = ""] = line.split(" ");
  const { host, pathname, search } = new URL(`https://${url}`);
  const request = { host, gitHost: gitHosts[forge], method, path: pathname, query: search };
  const named = readNamedRepositories(forge, request);
  return named.kind === "one" ? named.repository : named.kind;
}

test.each([
  ["github", "GET api.github.com/repos/a/b/contents/x", "a/b"],
  ["github", "GET api.github.com/search/issues?q=is:open+repo:a/b", "a/b"],
  ["github", "GET api.github.com/search/issues?q=repo:a/b&q=repo:a/c", "any"],
  ["github", "GET api.github.com/search/code?q=x+repo:a/b&x=y", "any"],
  ["github", "GET api.github.com/repos/a/b/issues/1/timeline.json", "any"],
  ["github", "POST api.github.com/user/migrations", "any"],
  ["github", "GET media.githubusercontent.com/media/a/b/main/x", "a/b"],
  ["github", "GET github.com/a/%2e%2e/b", "any"],
  ["gitlab", "GET gitlab.com/api/v4/projects/a%2Fb%2Fc/repository/tree", "a/b/c"],
  ["gitlab", "GET gitlab.com/api/v4/projects/a%2Fb/merge_requests/1/diffs", "a/b"],
  ["gitlab", "GET gitlab.com/api/v4/projects/a%2Fb/merge_requests/1/closes_issues", "any"],
  ["gitlab", "GET gitlab.com/api/v4/projects/a%2Fb/issues/1/links", "any"],
  ["gitlab", "POST gitlab.com/api/v4/projects/a%2Fb/repository/commits", "any"],
  ["gitlab", "POST gitlab.com/api/v4/projects/a%2Fb/issues", "a/b"],
  ["gitlab", "GET gitlab.com/a/b/c/-/raw/main/x", "a/b/c"],
  ["gitlab", "GET gitlab.com/groups/a/-/issues", "groups/a"],
  ["gitea", "GET gitea.example/api/v1/repos/a/b/raw/x", "a/b"],
  ["gitea", "GET gitea.example/api/v1/repos/a/b/forks", "any"],
  ["gitea", "POST gitea.example/api/v1/repos/migrate", "any"],
  ["bitbucket", "GET api.bitbucket.org/2.0/repositories/a/b/src", "a/b"],
  ["bitbucket", "GET bitbucket.org/!api/2.0/repositories/a/b", "any"],
  ["azure", "GET dev.azure.com/o/p/_git/r/info/refs", "o/p/_git/r"],
  ["azure", "GET dev.azure.com/o/_git/r/info/refs", "any"],
  ["azure", "GET dev.azure.com/o/r/_git/r/info/refs", "any"],
  ["azure", "GET dev.azure.com/o/p/_apis/git/repositories/r/items", "any"],
  ["azure", "GET o.visualstudio.com/p/_git/r/info/refs", "any"],
  ["azure", "GET dev.azure.com/o/01234567-89ab-cdef-0123-456789abcdef/_git/r/info/refs", "any"],
  ["generic", "POST git.example/x/y/z.git/git-upload-pack", "x/y/z"],
  ["generic", "GET git.example/x/y/plain/a", "any"],
] as const)("%s: %s may show %s", (forge, line, expected) => {
  expect(read(forge, line)).toBe(expected);
});
