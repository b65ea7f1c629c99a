import { gitEntries } from "../../../../src/git/entry/git-entries.ts";
import { expect, test } from "vitest";
import { defaultMaxPackBytes, type GitRule } from "../../../../src/git/entry/git-rule.ts";
import { parsePolicyFile } from "../../../../src/policy/file/parse-policy.ts";
import { formatProblem, InvalidFileError } from "../../../../src/policy/file/problem.ts";

function parse(entry: string): GitRule {
  const content = Buffer.from(`version: 1\negress:\n  - ${entry}\n`);
  const [first] = parsePolicyFile(content, "p.yaml", [gitEntries]).egress;
  if (first?.kind !== "entry") throw new Error("no git entry was read");
  return first.entry.item as GitRule;
}

function problemsOf(entry: string): readonly string[] {
  try {
    parse(entry);
  } catch (error) {
    if (error instanceof InvalidFileError) return error.problems.map(formatProblem);
    throw error;
  }
  return [];
}

test("an entry with a URL alone may be read and pushed nowhere", () => {
  expect(parse("git: https://github.com/acme/widgets.git")).toEqual({
    forge: "github",
    scheme: "https",
    host: "github.com",
    port: 443,
    repository: "acme/widgets",
    read: true,
    push: undefined,
    pulls: "none",
    lfsHosts: [],
    exclusive: true,
    source: { kind: "file", label: "p.yaml:3" },
  });
});

test("an entry with every key is read", () => {
  const text = `git: http://git.example.com:8080/acme/widgets
    forge: gitlab
    read: false
    push: ["agent/*", "refs/tags/v*", "agent/*"]
    create: false
    force: true
    delete: true
    tags: true
    max_pack: 5MB
    paths: { deny: [".github/workflows/**", "Makefile/"] }
    pulls: merge
    lfs: { hosts: ["storage.example.com"] }`;
  expect(parse(text)).toMatchObject({
    forge: "gitlab",
    scheme: "http",
    host: "git.example.com",
    port: 8080,
    read: false,
    push: {
      refs: ["refs/heads/agent/*", "refs/tags/v*"],
      create: false,
      force: true,
      delete: true,
      tags: true,
      maxPackBytes: 5_000_000,
      denyPaths: [".github/workflows/**", "Makefile"],
    },
    pulls: "merge",
    lfsHosts: ["storage.example.com"],
  });
});

test("a push says create and nothing more by default", () => {
  expect(parse("{git: https://github.com/acme/widgets, push: [a]}").push).toEqual({
    refs: ["refs/heads/a"],
    create: true,
    force: false,
    delete: false,
    tags: false,
    maxPackBytes: defaultMaxPackBytes,
    denyPaths: [],
  });
  expect(parse("{git: https://github.com/acme/widgets, push: []}").push).toBeUndefined();
});

test.each([
  ["https://github.com/acme/widgets", "github https github.com:443 acme/widgets"],
  ["HTTPS://GitHub.com/acme/widgets.git/", "github https github.com:443 acme/widgets"],
  ["https://github.com/acme/*", "github https github.com:443 acme/*"],
  ["git@github.com:acme/widgets.git", "github https github.com:443 acme/widgets"],
  ["ssh://git@github.com/acme/widgets.git", "github https github.com:443 acme/widgets"],
  ["ssh://git@ssh.github.com:443/acme/widgets.git", "github https github.com:443 acme/widgets"],
  ["https://gitlab.com/group/sub/app", "gitlab https gitlab.com:443 group/sub/app"],
  ["https://gitlab.com/group/*", "gitlab https gitlab.com:443 group/*"],
  ["https://bitbucket.org/acme/widgets", "bitbucket https bitbucket.org:443 acme/widgets"],
  ["https://dev.azure.com/org/proj/_git/app", "azure https dev.azure.com:443 org/proj/_git/app"],
  ["git@ssh.dev.azure.com:v3/org/proj/app", "azure https dev.azure.com:443 org/proj/_git/app"],
  ["https://git.example.com:8443/x", "generic https git.example.com:8443 x"],
  ["git@[2001:db8::1]:x", "generic https 2001:db8::1:443 x"],
])("%s names %s", (url, expected) => {
  const { forge, scheme, host, port, repository } = parse(`git: "${url}"`);
  expect(`${forge} ${scheme} ${host}:${port} ${repository}`).toBe(expected);
});

const acme = "git: https://github.com/acme/widgets";

test.each([
  ["git:", "git: write text, not nothing"],
  ["git: 5", "git: write text, not 5"],
  ["git: github.com/acme/widgets", "write the whole clone URL"],
  ["git: C:/acme/widgets", "write the whole clone URL"],
  ["git: ../widgets", "write the whole clone URL"],
  ["git: file:///srv/widgets", 'the scheme "file" can\'t be allowed; write the https:// URL'],
  ["git: git://github.com/acme/widgets", 'the scheme "git" can\'t be allowed'],
  ["git: https://github.com", "the path to the repository is missing"],
  ["git: https://github.com/", "the path to the repository is missing"],
  ["git: https://github.com/acme", "its path has two parts"],
  ["git: https://github.com/acme/widgets/tree", "its path has two parts"],
  ["git: https://gitlab.com/group", "at least two parts"],
  ["git: https://dev.azure.com/org/app", "organisation/project/_git/name"],
  ["git: https://me:x@github.com/acme/widgets", "leave out the user name"],
  ["git: https://github.com/acme/widgets?x=1", "no ? and no #"],
  ["git: 'https://github.com/acme/wid gets'", "a space, control character"],
  ["git: https://github.com/acme/../widgets", "an empty, . or .. segment"],
  ["git: https://github.com/acme//widgets", "an empty, . or .. segment"],
  ["git: https://github.com/acme/wid%2fgets", "an escape that no server has"],
  ["git: https://github.com/*/widgets", "* stands only for the repositories of one owner"],
  ["git: https://github.com/acme/wid*", "* stands only for the repositories of one owner"],
  ["git: https://*.example.com/acme/widgets", "write the one host, without *"],
  ["git: https://github.com:x/acme/widgets", "one port from 1 to 65535"],
  ["git: https://github.com/acme/widgets:push=x", "a colon in the path"],
  [`git: https://github.com/acme/${"x".repeat(1100)}`, "longer than 1024 characters"],
  [`{${acme}, forge: gitlab}`, "forge gitlab can't be: github.com is github"],
  [`{${acme}, forge: gitaly}`, "forge: write github or gitlab or"],
  [`{${acme}, read: yes}`, "read: write true or false"],
  [`{${acme}, push: agent/*}`, "push: write a list"],
  [`{${acme}, push: [5]}`, "push[0]: write text, not 5"],
  [`{${acme}, push: ['']}`, "push[0]: write text"],
  [`{${acme}, push: [a..b]}`, 'invalid ref pattern "a..b": it holds ".."'],
  [`{${acme}, push: [a//b]}`, "an empty segment"],
  [`{${acme}, push: [/a]}`, "an empty segment"],
  [`{${acme}, push: ['a b']}`, 'it holds " "'],
  [`{${acme}, push: ['a:b']}`, 'it holds ":"'],
  [`{${acme}, push: ["a\\u0007"]}`, "a character that can't be printed"],
  [`{${acme}, push: [--mirror]}`, "begins with a hyphen"],
  [`{${acme}, push: ['a?']}`, 'it holds "?"'],
  [`{${acme}, push: ['a**']}`, "** stands only for whole segments"],
  [`{${acme}, push: [refs/heads]}`, "fewer than three components"],
  [`{${acme}, push: ['refs/**']}`, "fewer than three components"],
  [`{${acme}, push: ['refs/*/x']}`, "the part after refs/ without *"],
  [`{${acme}, create: true}`, "create: it says something about pushes"],
  [`{${acme}, force: true, push: []}`, "force: it says something about pushes"],
  [`{${acme}, push: [a], tags: some}`, "tags: write true or false"],
  [`{${acme}, push: [a], max_pack: 5}`, "max_pack: write text, not 5"],
  [`{${acme}, push: [a], max_pack: big}`, 'max_pack: invalid size "big"'],
  [`{${acme}, push: [a], paths: [x]}`, "paths: write a mapping"],
  [`{${acme}, push: [a], paths: {allow: [x]}}`, "paths.allow: unknown key; known: deny"],
  [`{${acme}, push: [a], paths: {deny: x}}`, "paths.deny: write a list"],
  [`{${acme}, push: [a], paths: {deny: [/x]}}`, "leave out the first /"],
  [`{${acme}, push: [a], paths: {deny: [a/../b]}}`, "a . or .. segment"],
  [`{${acme}, push: [a], paths: {deny: ['!x']}}`, "there are no exceptions"],
  [`{${acme}, push: [a], paths: {deny: ['[ab]']}}`, "only * and ** stand for other text"],
  [`{${acme}, push: [a], paths: {deny: ['a**']}}`, "** stands only for whole segments"],
  [`{${acme}, pulls: all}`, "pulls: write none or comment or create or merge"],
  [`{${acme}, lfs: [x]}`, "lfs: write a mapping"],
  [`{${acme}, lfs: {hosts: ['*.example.com']}}`, "write each storage host by itself"],
  [`{${acme}, lfs: {hosts: ['a b']}}`, "lfs.hosts[0]: invalid host"],
  [`{${acme}, host: example.com}`, "host: unknown key"],
  [`{${acme}, preset: npm}`, "git: a preset entry has no other key"],
])("%s is refused: %s", (entry, part) => {
  const problems = problemsOf(entry);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^p\.yaml:3:\d+: egress\[0\]\./);
  expect(problems[0]).toContain(part);
});
