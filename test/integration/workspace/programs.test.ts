import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { git, gitEnvironment } from "../../support/git.ts";
import { filter, hook, hooks, newTrees as trees, type NewTree } from "./new-trees.ts";
import { recordScore } from "../../support/scoreboard.ts";
import {
  createWorkspaceFolder,
  writeInto,
  type WorkspaceFolder,
} from "../../support/workspace-folder.ts";

// What the user's own settings and hooks make git run of what a sandbox left.

const run = promisify(execFile);

/** Lets the sandbox plant, the user use it, and says whether the sandbox's program ran. */
async function tryTree(
  { before, plant, use }: NewTree,
  protect: "default" | "none",
): Promise<{ readonly ran: boolean; readonly disabled: readonly string[] }> {
  await using folder: WorkspaceFolder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const home = await mkdtemp(join(workspace, "../home-"));
  await writeFile(join(home, ".gitconfig"), "");
  const { GIT_CONFIG_GLOBAL: _, ...plain } = gitEnvironment;
  const env = { ...plain, HOME: home, P: join(workspace, "p") };
  vi.stubEnv("HOME", home);
  onTestFinished(() => void vi.unstubAllEnvs());
  const shell = (lines: string): Promise<unknown> =>
    run("sh", ["-c", lines], { cwd: workspace, env }).catch(() => undefined);
  await git(workspace, "init", "-q", "-b", "main");
  await git(workspace, "commit", "-q", "--allow-empty", "-m", "one");
  await shell(before);
  await writeFile(env.P, `#!/bin/sh\ntouch '${home}/RAN'\ncat\n`, { mode: 0o755 });
  const { entries } = await during(async () => void (await shell(plant)), { hide: [], protect });
  await shell(use);
  const disabled = entries.filter(({ change }) => change === "disabled").map(({ path }) => path);
  return { ran: (await readdir(home)).includes("RAN"), disabled };
}

test.each(trees)(
  "a new work tree or repository is disabled when the user's settings or hooks would run a sandbox's program in it: $name",
  async (tree) => {
    const { ran, disabled } = await tryTree(tree, "default");
    expect(ran).toBe(false);
    expect(disabled).toHaveLength(1);
    // The control: nothing is held
    expect((await tryTree(tree, "none")).ran).toBe(true);
    const test = `programs in new work trees that the user's own settings and hooks name: ${tree.name}`;
    recordScore({ row: 28, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
  },
);

test("a new repository of another system is disabled when its user's settings would run a program in it", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const home = await mkdtemp(join(workspace, "../home-"));
  await writeFile(join(home, ".hgrc"), "[hooks]\nupdate = sh tools/up.sh\n");
  vi.stubEnv("HOME", home);
  onTestFinished(() => void vi.unstubAllEnvs());
  const { entries } = await during(async () => {
    for (const name of ["n", "empty"])
      await writeInto(workspace, `${name}/.hg/requires`, "store\n");
    await writeInto(workspace, "n/tools/up.sh", "touch RAN\n");
  });
  expect(entries.map(({ change, path }) => `${change} ${path}`).toSorted()).toEqual([
    "disabled n/.hg",
    "new empty/.hg",
  ]);
});

test.each([filter, hooks, hook])(
  "a new work tree in which everything is as the user has it isn't disabled: %j",
  async (before) => {
    const plant = "git worktree add -q n; echo text > n/other; git -C n add other; git init -q m";
    const same: NewTree = { name: "same", before, plant, use: "true" };
    expect((await tryTree(same, "default")).disabled).toEqual([]);
  },
);

test("a program that git would start, and that appears during the run, is disabled; others are told of", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await git(workspace, "init", "-q");
  await git(workspace, "config", "filter.x.clean", "./tools/clean");
  await git(workspace, "config", "filter.y.clean", "./h*5.sh");
  await git(workspace, "config", "alias.b", "!./dist/cli --build");
  await git(workspace, "config", "core.pager", "delta");
  await git(workspace, "config", "diff.external", "/usr/bin/env");
  await writeFile(join(workspace, "h15.sh"), "#!/bin/sh\n", { mode: 0o755 });
  await writeInto(workspace, ".git/hooks/pre-push", "#!/bin/sh\nsh scripts/check.sh\nmake lint\n");
  const { entries } = await during(async () => {
    const made = ["tools/clean", "h05.sh", "dist/cli", "scripts/check.sh"];
    for (const path of [...made, "delta", "env", "bin/env", "lint", "other.sh"]) {
      await writeInto(workspace, path, "#!/bin/sh\n");
      await chmod(join(workspace, path), 0o755);
    }
  });
  const told = entries.map(({ change, path }) => `${change} ${path}`);
  expect(told.toSorted()).toEqual([
    "disabled h05.sh",
    "disabled tools/clean",
    "new dist/cli",
    "new scripts/check.sh",
  ]);
  expect(await readdir(join(workspace, "tools"))).not.toContain("clean");
});

test("alternates of alternates that a sandbox lets lead out of the workspace are taken away", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await git(workspace, "init", "-q");
  await mkdir(join(workspace, "pool/info"), { recursive: true });
  await mkdir(join(workspace, "pool/pack"));
  const alternates = join(workspace, ".git/objects/info/alternates");
  await writeFile(alternates, `${workspace}/pool\n`);
  expect((await during(async () => {})).entries).toEqual([]);
  const { entries } = await during(() =>
    writeFile(join(workspace, "pool/info/alternates"), "/nonexistent/.git/objects\n"),
  );
  expect(entries).toMatchObject([{ change: "disabled", path: ".git" }]);
  await expect(readdir(join(workspace, ".git/objects/info"))).resolves.not.toContain("alternates");
});
