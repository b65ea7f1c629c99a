import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { runCliHere } from "../../support/cli-here.ts";
import type { CliResult } from "../../support/run-cli.ts";

interface Project extends AsyncDisposable {
  readonly workspace: string;
  readonly run: (...args: readonly string[]) => Promise<CliResult>;
}

async function createProject(remote?: string): Promise<Project> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vaultbox-test-git-")));
  const workspace = join(root, "w");
  await mkdir(workspace);
  if (remote !== undefined) {
    const git = (...args: readonly string[]) =>
      promisify(execFile)("git", ["-C", workspace, ...args]);
    await git("init", "--quiet", "--initial-branch=main");
    await git("remote", "add", "origin", remote);
  }
  return {
    workspace,
    run: (...args) =>
      runCliHere(args, { cwd: workspace, env: { VAULTBOX_HOME: join(root, "home"), HOME: root } }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  };
}

const file = `version: 1
egress:
  - git: https://github.com/acme/widgets
    push: ["agent/*"]
    paths: { deny: [".github/workflows/**"] }
`;

test("trust and policy show say in plain words what may be done with a repository", async () => {
  await using project = await createProject();
  await writeFile(join(project.workspace, "vaultbox.yaml"), file);
  const shown = `Repositories

  https://github.com/acme/widgets (vaultbox.yaml:3)
    may be read
    may be pushed: agent/*
    pushes: new ones too, no force, no deletion, no tags beside those listed, at most 100MB a push
    no push may change: .github/workflows/**
    pull requests: create and comment, no merge
`;
  const trusted = await project.run("trust", "--yes");
  expect(trusted.stdout).toContain(shown);
  const { status, stderr, stdout } = await project.run("policy", "show");
  expect([status, stderr]).toEqual([0, ""]);
  expect(stdout.startsWith(`${shown}\nSandbox\n`)).toBe(true);
});

test("trust says what a file opens of the workspace, and whose name it signs with", async () => {
  await using project = await createProject();
  const settings = `version: 1
workspace: { hide: [default, "!.env.example"], protect: none }
signing: { key: work, name: Ann, email: ann@example.com }
`;
  await writeFile(join(project.workspace, "vaultbox.yaml"), settings);
  const { stdout } = await project.run("trust", "--show");
  expect(stdout).toContain(`
  Hidden: default, !.env.example
  Protected: nothing; the sandbox may change what git runs
  Signing: commits and tags with the key work as Ann <ann@example.com>
  Egress: nothing
`);
});

test("--git adds an entry, and --json has all of it", async () => {
  await using project = await createProject();
  const flag = "git@github.com:acme/widgets.git:push=agent/*,fix/**:force=true:pulls=merge";
  const { stdout } = await project.run("policy", "show", "--git", flag, "--json");
  expect(JSON.parse(stdout)).toMatchObject({
    rules: [],
    git: [
      {
        url: "https://github.com/acme/widgets",
        forge: "github",
        read: true,
        push: { refs: ["refs/heads/agent/*", "refs/heads/fix/**"], create: true, force: true },
        pulls: "merge",
        exclusive: true,
        source: { kind: "flag", label: "--git" },
      },
    ],
  });
});

test("the work tree's own remote may be read, until an entry says what may be done with it", async () => {
  await using project = await createProject("git@github.com:acme/widgets.git");
  const shown = (await project.run("policy", "show")).stdout;
  expect(shown.slice(0, shown.indexOf("\nSandbox\n"))).toBe(`Repositories

  https://github.com/acme/widgets (work tree)
    may be read
    nothing may be pushed
    pull requests: read only
`);
  const flag = "https://github.com/acme/*:read=false";
  const { stdout } = await project.run("policy", "show", "--git", flag);
  expect(stdout).toContain("https://github.com/acme/* (--git)\n    may not be read\n");
  expect(stdout).not.toContain("work tree");
});

test.each(["/srv/widgets.git", "file:///srv/widgets", "../other", "ext::sh -c x"])(
  "a remote at %s opens nothing",
  async (remote) => {
    await using project = await createProject(remote);
    expect((await project.run("policy", "show")).stdout).toMatch(/^no rule/);
  },
);

test("policy explain asks the handlers of the proxy, and says what the body will decide", async () => {
  await using project = await createProject();
  await writeFile(join(project.workspace, "vaultbox.yaml"), file);
  await project.run("trust", "--yes");
  const explain = async (...args: readonly string[]) =>
    (await project.run("policy", "explain", ...args)).stdout;
  const git = "https://github.com/acme/widgets.git";
  expect(await explain("POST", `${git}/git-receive-pack`))
    .toBe(`depends on the body of POST ${git}/git-receive-pack

  Rule: git: https://github.com/acme/widgets
  From: vaultbox.yaml:3
  Credential: none

  may be read
  may be pushed: agent/*
  pushes: new ones too, no force, no deletion, no tags beside those listed, at most 100MB a push
  no push may change: .github/workflows/**
  pull requests: create and comment, no merge
`);
  expect(await explain("GET", `${git}/info/refs?service=git-upload-pack`))
    .toBe(`allow GET ${git}/info/refs?service=git-upload-pack

  Rule: git: https://github.com/acme/widgets
  From: vaultbox.yaml:3
  Credential: none
`);
  expect(await explain("GET", `${git}/info/refs`)).toContain("Reason: git-not-allowed\n");
  expect(await explain("GET", "https://github.com/acme/other/info/refs?service=git-upload-pack"))
    .toBe(`deny GET https://github.com/acme/other/info/refs?service=git-upload-pack

  Reason: host-not-allowed
`);
});

test("policy explain push says what may be done to a ref", async () => {
  await using project = await createProject();
  await writeFile(join(project.workspace, "vaultbox.yaml"), file);
  await project.run("trust", "--yes");
  const explain = (...args: readonly string[]) => project.run("policy", "explain", "push", ...args);
  const url = "git@github.com:acme/widgets.git";
  expect((await explain(url, "agent/x")).stdout)
    .toBe(`allow push https://github.com/acme/widgets refs/heads/agent/x

  From: vaultbox.yaml:3

  PUSH          VERDICT  WHY
  create        allow    if no commit changes .github/workflows/**
  fast-forward  allow    if no commit changes .github/workflows/**
  force         deny     would drop commits; force is not allowed
  delete        deny     deleting refs is not allowed
`);
  const main = JSON.parse((await explain(url, "refs/heads/main", "--json")).stdout) as unknown;
  expect(main).toMatchObject({
    ref: "refs/heads/main",
    verdict: "deny",
    from: ["vaultbox.yaml:3"],
    steps: [
      { step: "create", verdict: "deny", why: "not one of the refs that may be pushed" },
      { step: "fast-forward" },
      { step: "force" },
      { step: "delete" },
    ],
  });
  expect((await explain("https://github.com/acme/other", "x")).stdout).toContain(
    "deny     no git entry for this repository\n",
  );
  expect(await explain(url)).toMatchObject({ status: 2 });
  expect(await explain("https://github.com/acme/*", "x")).toMatchObject({ status: 2 });
  expect(await explain("widgets", "x")).toMatchObject({ status: 2 });
  expect(await project.run("policy", "explain", "GET", "https://a.example.com", "x")).toMatchObject(
    {
      status: 2,
      stderr: "vaultbox: error: only push takes a ref\n",
    },
  );
});

test("a deny rule beats every entry, and policy explain says so", async () => {
  await using project = await createProject();
  await writeFile(
    join(project.workspace, "p.yaml"),
    `${file}  - host: github.com\n    deny: ["/acme/widgets/**"]\n`,
  );
  const explain = async (...args: readonly string[]) =>
    (await project.run("policy", "explain", ...args, "--policy", "p.yaml")).stdout;
  const url = "https://github.com/acme/widgets";
  expect(await explain("push", url, "agent/x")).toContain("deny     denied by a rule (p.yaml:7)");
  expect(await explain("POST", `${url}/git-receive-pack`)).toContain("Reason: denied-by-rule\n");
});

test.each([
  ["the spelling that git uses", "* /acme/widgets.git/**"],
  ["the list of refs that git asks for first", "GET /acme/widgets.git/info/refs"],
  ["the push itself", "POST /acme/widgets.git/git-receive-pack"],
])("policy explain push sees a deny rule for %s", async (_, rule) => {
  await using project = await createProject();
  await writeFile(
    join(project.workspace, "p.yaml"),
    `${file}  - host: github.com\n    deny: ["${rule}"]\n`,
  );
  const explain = async (...args: readonly string[]) =>
    (await project.run("policy", "explain", ...args, "--policy", "p.yaml")).stdout;
  const push = await explain("push", "https://github.com/acme/widgets.git", "agent/x");
  expect(push).toMatch(/^deny push /);
  expect(push).toContain("denied by a rule (p.yaml:7)");
  // As it's written without .git the rule isn't about it, for the proxy neither
  expect(await explain("push", "https://github.com/acme/widgets", "agent/x")).toMatch(/^allow/);
});

test.each([
  [
    "github.com/acme/widgets",
    '--git: invalid git URL "github.com/acme/widgets": write the whole clone URL, as in https://github.com/acme/widgets',
  ],
  [
    "https://github.com/acme/widgets:psuh=agent/*",
    '--git: invalid git entry "https://github.com/acme/widgets:psuh=agent/*": unknown option psuh (did you mean push?); known: push, create, force, delete, tags, deny, max_pack, pulls, read, lfs, forge',
  ],
  [
    "https://github.com/acme/widgets:push",
    '--git: invalid git URL "https://github.com/acme/widgets:push": a colon in the path; options are written as :key=value at the end',
  ],
  [
    "https://github.com/acme/widgets:push=agent/**x",
    '--git: invalid ref pattern "agent/**x": ** stands only for whole segments, as in agent/**; use * within a segment',
  ],
  [
    "https://github.com/acme/widgets:force=true",
    '--git: invalid git entry "https://github.com/acme/widgets:force=true": force=: it says something about pushes, and nothing may be pushed; write push too',
  ],
  [
    "https://github.com/acme/widgets:push=a:\u001b[2J=x",
    '--git: invalid ref pattern "a:\\x1b[2J=x": it holds a character that can\'t be printed',
  ],
])("the mistake --git %j is a usage error that says what to write", async (flag, says) => {
  await using project = await createProject();
  expect(await project.run("policy", "show", "--git", flag)).toEqual({
    status: 2,
    stdout: "",
    stderr: `vaultbox: error: ${says}\n`,
  });
});
