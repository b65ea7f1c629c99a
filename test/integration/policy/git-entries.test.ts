import { execFile } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { runCli, type CliResult } from "../../support/run-cli.ts";

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
      runCli(args, { cwd: workspace, env: { VAULTBOX_HOME: join(root, "home"), HOME: root } }),
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
  expect(await project.run("policy", "show")).toEqual({ status: 0, stderr: "", stdout: shown });
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
  expect(shown).toBe(`Repositories

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
