import { expect, test } from "vitest";
import { parseGitFlag } from "../../../../src/git/entry/parse-git-flag.ts";

const source = { kind: "flag", label: "--git" } as const;
const url = "https://github.com/acme/widgets";

test("a URL alone is the entry that a file has with a URL alone", () => {
  expect(parseGitFlag(url, source)).toMatchObject({
    repository: "acme/widgets",
    read: true,
    push: undefined,
    pulls: "none",
    exclusive: true,
    source,
  });
});

test("every option is read, and a port or the colon of scp-like URLs begins none", () => {
  const text =
    "https://git.example.com:8443/group/sub/app.git:forge=gitlab:push=agent/*,refs/tags/v*:create=false:force=true" +
    ":delete=true:tags=true:max_pack=5MB:deny=.github/**,Makefile:pulls=none:read=false:lfs=s.example.com";
  expect(parseGitFlag(text, source)).toEqual({
    forge: "gitlab",
    scheme: "https",
    host: "git.example.com",
    port: 8443,
    repository: "group/sub/app",
    read: false,
    push: {
      refs: ["refs/heads/agent/*", "refs/tags/v*"],
      create: false,
      force: true,
      delete: true,
      tags: true,
      maxPackBytes: 5_000_000,
      denyPaths: [".github/**", "Makefile"],
    },
    pulls: "none",
    lfsHosts: ["s.example.com"],
    exclusive: true,
    source,
  });
  expect(parseGitFlag("git@github.com:acme/widgets.git:push=a", source)).toMatchObject({
    host: "github.com",
    repository: "acme/widgets",
    push: { refs: ["refs/heads/a"] },
  });
});

test.each([
  ["", "write the whole clone URL"],
  ["push=agent/*", "write the whole clone URL"],
  [`${url}:push`, "a colon in the path; options are written as :key=value at the end"],
  [`${url}:psuh=a`, "unknown option psuh (did you mean push?); known: push, create, force"],
  [`${url}:Push=a`, "unknown option Push (did you mean push?)"],
  [`${url}:push=`, "a value of push= is empty"],
  [`${url}:push=a,`, "a value of push= is empty"],
  [`${url}:push=a:push=b`, "push= is there twice; put commas between values"],
  [`${url}:push=a..b`, 'invalid ref pattern "a..b"'],
  [`${url}:push=a:force`, 'invalid ref pattern "a:force": it holds ":"'],
  [`${url}:push=a:force=yes`, 'force= is true or false, not "yes"'],
  [`${url}:force=true`, "force=: it says something about pushes"],
  [`${url}:push=a:max_pack=big`, 'max_pack=: invalid size "big"'],
  [`${url}:pulls=al`, 'pulls= is none or comment or create or merge, not "al"'],
  [`${url}:forge=gihub`, 'unknown forge "gihub" (did you mean github?)'],
  [`${url}:push=a:deny=/x`, "leave out the first /"],
  [`${url}:lfs=*.example.com`, "write each storage host by itself"],
  [`${url}:${"x".repeat(9000)}`, "longer than 8192 characters"],
])("--git %s is refused: %s", (text, part) => {
  expect(() => parseGitFlag(text, source)).toThrow(
    expect.objectContaining({
      code: "VBX_POLICY_INVALID",
      message: expect.stringContaining(part) as string,
    }) as Error,
  );
});
