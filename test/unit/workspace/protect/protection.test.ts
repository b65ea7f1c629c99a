import { chown, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { Folder } from "../../../../src/base/fs/beneath.ts";
import { makeMountPoint, removeMountPoint } from "../../../../src/workspace/protect/mount-point.ts";
import { parseHideRules } from "../../../../src/workspace/hide/hide-rules.ts";
import { withIncluded } from "../../../../src/workspace/git-dir/pointed/included-settings.ts";
import { planProtection, type Protection } from "../../../../src/workspace/protect/protection.ts";
import { createScanBudget, startLimits } from "../../../../src/workspace/scan-budget.ts";
import { scanWorkspace } from "../../../../src/workspace/scan/scan.ts";
import { createGitFolder, git } from "../../../support/git.ts";
import { toLooked, toWorkspaceRoot } from "../../../support/workspace-root.ts";

async function plan(
  workspace: string,
  protect: "default" | "none" = "default",
): Promise<Protection> {
  using root = Folder.openRoot(workspace);
  const scan = await scanWorkspace(root, workspace, {
    hide: parseHideRules(["default"]),
    deep: false,
    budget: createScanBudget(startLimits),
  });
  return await planProtection(toLooked(toWorkspaceRoot(workspace, root), scan), {
    protect,
    hides: true,
    budget: createScanBudget(startLimits),
  });
}

/** Targets from the workspace: `path ro` or `path rw`, and `path copy` where other content is shown. */
function toText(workspace: string, { own, copies }: Protection): readonly string[] {
  const from = (path: string): string => path.slice(workspace.length + 1);
  return [
    ...own.map(({ bind }) => `${from(bind.target)} ${bind.readOnly ? "ro" : "rw"}`),
    ...copies.map(({ target }) => `${from(target)} copy`),
  ].toSorted();
}

async function createRepository(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await git(path, "init", "-q", "-b", "main");
  await git(path, "commit", "-q", "--allow-empty", "-m", "one");
}

test("what git runs is read-only, its folders are pinned, and the rest of a repository is writable", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  await rm(join(path, ".git/branches"), { recursive: true });
  expect(toText(path, await plan(path))).toEqual([
    ".git rw",
    ".git/commondir ro",
    ".git/config copy",
    ".git/hooks ro",
    ".git/info rw",
    ".git/info/attributes ro",
  ]);
  expect(toText(path, await plan(path, "none"))).toEqual([]);
});

test("what the configuration names in the tree is protected too, with every folder above it", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  await mkdir(join(path, "tools/git"), { recursive: true });
  await mkdir(join(path, ".husky/_"), { recursive: true });
  await writeFile(join(path, "tools/git/clean.sh"), "");
  await git(path, "config", "core.hooksPath", ".husky/_");
  await git(path, "config", "filter.x.clean", "sh tools/git/clean.sh --fast %f");
  await git(path, "config", "include.path", "../tools/included");
  await git(path, "config", "diff.x.command", "/usr/bin/env");
  expect(toText(path, await plan(path)).filter((line) => !line.startsWith(".git"))).toEqual([
    ".husky ro",
    ".husky/_ ro",
    "tools rw",
    "tools/git rw",
    "tools/git/clean.sh ro",
    "tools/included ro",
  ]);
});

test("the file of a command is protected, however the command's text gets to it", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  await mkdir(join(path, "tools"));
  for (const name of ["a", "b", "my c", "d", "e", "f g"])
    await writeFile(join(path, "tools", name), "");
  await git(path, "config", "filter.a.clean", '"$(git rev-parse --show-toplevel)/tools/a"');
  await git(path, "config", "filter.b.clean", "$PWD/tools/b --x");
  await git(path, "config", "filter.c.clean", String.raw`./tools/my\ c`);
  await git(path, "config", "filter.d.clean", "cd tools && ./d");
  await git(path, "config", "filter.e.clean", "sh -c 'exec ${PWD}/tools/e'");
  await git(path, "config", "filter.f.clean", 'sh "tools/f g"');
  const lines = toText(path, await plan(path)).filter((line) => line.startsWith("tools/"));
  expect(lines.toSorted()).toEqual(
    ["a", "b", "d", "e", "f g", "my c"].map((name) => `tools/${name} ro`),
  );
});

test("a script that a hook is a link to is protected, in git's folder of hooks and in one of the user's", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  await mkdir(join(path, "scripts"));
  await mkdir(join(path, ".githooks"));
  for (const name of ["one", "two"]) await writeFile(join(path, "scripts", name), "");
  await mkdir(join(path, ".git/hooks"), { recursive: true });
  await symlink("../../scripts/one", join(path, ".git/hooks/pre-commit"));
  await symlink("../scripts/two", join(path, ".githooks/pre-push"));
  await git(path, "config", "core.hooksPath", ".githooks");
  expect(toText(path, await plan(path))).toEqual(
    expect.arrayContaining(["scripts rw", "scripts/one ro", "scripts/two ro"]),
  );
});

test("what the user's settings name is protected, also of files that they include on a condition", async () => {
  await using folder = await createGitFolder();
  const { path, home } = folder;
  await createRepository(path);
  await mkdir(join(path, "tools/h"), { recursive: true });
  await mkdir(home);
  await writeFile(join(home, "work.inc"), "[core]\n\thooksPath = tools/h\n");
  const settings = `[includeIf "gitdir:${path}/"]\n\tpath = work.inc\n`;
  await writeFile(join(home, ".gitconfig"), settings);
  // The control: nobody's settings name it
  expect(toText(path, await plan(path))).not.toContain("tools/h ro");
  vi.stubEnv("HOME", home);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(toText(path, await plan(path))).toContain("tools/h ro");
});

test("what the configuration names in the repository's own folder is protected, and what git writes there stays writable", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  await mkdir(join(path, ".git/tools"));
  await writeFile(join(path, ".git/tools/clean"), "");
  await writeFile(join(path, ".git/local.inc"), '[diff "x"]\n\tcommand = .git/tools/diff\n');
  await writeFile(join(path, ".git/tools/diff"), "");
  await git(path, "config", "include.path", "local.inc");
  await git(path, "config", "--add", "include.path", "absent.inc");
  await git(path, "config", "core.hooksPath", ".git/own-hooks");
  await git(path, "config", "filter.x.clean", ".git/tools/clean %f .git/index .git/HEAD");
  await git(path, "config", "includeIf.gitdir:x.path", "config");
  const before = await plan(path);
  const lines = toText(path, before).filter((line) => line.startsWith(".git"));
  expect(lines).toEqual(
    expect.arrayContaining([
      ".git/absent.inc ro",
      ".git/config copy",
      ".git/local.inc ro",
      ".git/own-hooks ro",
      ".git/tools rw",
      ".git/tools/clean ro",
      ".git/tools/diff ro",
    ]),
  );
  expect(lines.filter((line) => /index|HEAD/.test(line))).toEqual([]);
  expect(before.notes.join("\n")).toContain(".git/index");
});

test("submodules, linked work trees and nested repositories are protected with the folders above them", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  await createRepository(join(path, "libs/nested"));
  await createRepository(join(path, "../source"));
  const allow = ["-c", "protocol.file.allow=always"];
  await git(path, ...allow, "submodule", "add", "-q", join(path, "../source"), "libs/sub");
  await git(path, "worktree", "add", "-q", "-b", "in", join(path, "in"));
  await git(path, "worktree", "add", "-q", "-b", "out", join(path, "../out"));
  const lines = toText(path, await plan(path));
  expect(lines).toEqual(
    expect.arrayContaining([
      ".git/modules rw",
      ".git/modules/libs rw",
      ".git/modules/libs/sub rw",
      ".git/modules/libs/sub/config copy",
      ".git/modules/libs/sub/hooks ro",
      ".git/worktrees/in rw",
      ".git/worktrees/in/commondir ro",
      ".git/worktrees/in/gitdir ro",
      ".git/worktrees/out rw",
      "in rw",
      "in/.git ro",
      "libs rw",
      "libs/nested rw",
      "libs/nested/.git rw",
      "libs/nested/.git/config copy",
      "libs/sub/.git ro",
    ]),
  );
});

test("of a work tree that the sandbox doesn't see all is read-only that git goes by there, and git finds it there", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  for (const name of ["out", "odd", "gone", "locked"]) {
    await git(path, "worktree", "add", "-q", join(path, "..", name));
  }
  await git(path, "worktree", "lock", join(path, "../locked"));
  for (const name of ["gone", "locked"]) await rm(join(path, "..", name), { recursive: true });
  await symlink("refs/heads/out", join(path, ".git/worktrees/odd/sequencer"));
  await mkdir(join(path, ".git/worktrees/out/modules/sub"), { recursive: true });
  await mkdir(join(path, ".git/worktrees/out/rebase-merge"));
  const lines = toText(path, await plan(path));
  const own = lines.filter((line) => line.startsWith(".git/worktrees/"));
  expect(own).toEqual([
    // Nobody can say what such a thing leads to, or where its work tree is
    ".git/worktrees/locked ro",
    ".git/worktrees/odd ro",
    ".git/worktrees/out rw",
    ".git/worktrees/out/HEAD ro",
    ".git/worktrees/out/commondir ro",
    ".git/worktrees/out/gitdir ro",
    ".git/worktrees/out/index ro",
    ".git/worktrees/out/modules ro",
    ".git/worktrees/out/rebase-merge ro",
  ]);
  const { copies } = await plan(path);
  const shown = copies.map(({ target }) => target).filter((one) => !one.startsWith(`${path}/`));
  expect(shown).toEqual([join(path, "../out/.git")]);
});

test("the repository of a submodule of a linked work tree is protected", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  await createRepository(join(path, "../source"));
  await git(path, "worktree", "add", "-q", join(path, "in"));
  const allow = ["-c", "protocol.file.allow=always"];
  await git(join(path, "in"), ...allow, "submodule", "add", "-q", join(path, "../source"), "sub");
  await rm(join(path, "in/sub"), { recursive: true });
  expect(toText(path, await plan(path))).toEqual(
    expect.arrayContaining([
      ".git/worktrees/in/modules/sub/config copy",
      ".git/worktrees/in/modules/sub/hooks ro",
    ]),
  );
});

test.each([".git", ".git/hooks", ".git/config", ".git/info/attributes", ".git/commondir"])(
  "a symbolic link at %s is refused",
  async (name) => {
    await using folder = await createGitFolder();
    const { path } = folder;
    await createRepository(path);
    await rm(join(path, name), { recursive: true, force: true });
    await symlink("/etc", join(path, name));
    await expect(plan(path)).rejects.toMatchObject({ code: "VBX_WORKSPACE_UNSAFE" });
  },
);

test("a folder of hooks that has the repository in it is refused", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  await git(path, "config", "core.hooksPath", ".");
  await expect(plan(path)).rejects.toThrow("has the repository in it");
});

test("a workspace that was not looked through to its end is refused, unless nothing is asked of it", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await mkdir(join(path, "a/b"), { recursive: true });
  using root = Folder.openRoot(path);
  const rules = { hide: parseHideRules(["default"]), deep: false };
  const budget = createScanBudget({ ...startLimits, entries: 0 });
  const scan = await scanWorkspace(root, path, { ...rules, budget });
  const options = { hides: false, budget };
  const looked = toLooked(toWorkspaceRoot(path, root), scan, false);
  const refused = planProtection(looked, { ...options, protect: "default" });
  await expect(refused).rejects.toMatchObject({ code: "VBX_WORKSPACE_UNSAFE" });
  expect((await planProtection(looked, { ...options, protect: "none" })).own).toEqual([]);
});

test("more hidden files than a project has secrets are refused with what to do", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await mkdir(path);
  for (let index = 0; index < 201; index++) await writeFile(join(path, `.env.${index}`), "A=b");
  await expect(plan(path)).rejects.toMatchObject({ code: "VBX_WORKSPACE_UNSAFE" });
});

test("a mount point belongs to its folder's owner, and goes at the end unless somebody changed it", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  if (process.getuid?.() === 0) await chown(join(path, ".git"), 1000, 1000);
  const before = await readdir(join(path, ".git"));
  const [beneath] = (await plan(path)).mountPoints;
  using root = Folder.openRoot(path);
  for (const place of beneath?.points ?? []) makeMountPoint(root, place);
  expect(await readFile(join(path, ".git/commondir"), "utf8")).toBe(".\n");
  const owner = await stat(join(path, ".git"));
  expect((await stat(join(path, ".git/commondir"))).uid).toBe(owner.uid);
  expect(await git(path, "-c", "safe.directory=*", "log", "--format=%s")).toBe("one");
  await writeFile(join(path, ".git/info/attributes"), "* text\n");
  for (const place of beneath?.points.toReversed() ?? []) removeMountPoint(root, place);
  expect(await readdir(join(path, ".git"))).toEqual(before);
  expect(await readFile(join(path, ".git/info/attributes"), "utf8")).toBe("* text\n");
});

test("settings that include each other again and again are read once each, within the budget", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  const includes = "[include]\n".concat(
    ...Array.from({ length: 30 }, (_, index) => `\tpath = ${path}/i${index % 6}\n`),
  );
  for (let index = 0; index < 6; index++) await writeFile(join(path, `i${index}`), includes);
  const settings = [{ key: "include.path", value: join(path, "i0") }];
  const own = { settings, configFolder: join(path, ".git") };
  const budget = createScanBudget({ ...startLimits, entries: 6 });
  const found = await withIncluded(own, budget);
  const read = ["i0", "i1", "i2", "i3", "i4", "i5"];
  expect(found.flatMap((one) => one.path?.slice(-2) ?? []).toSorted()).toEqual(read);
  // The control: each time anew, ten levels deep
  let naive = 0;
  const visit = (depth: number): void => {
    if (++naive > 1_000_000 || depth === 10) return;
    for (let index = 0; index < 30 && naive <= 1_000_000; index++) visit(depth + 1);
  };
  visit(0);
  expect(naive).toBeGreaterThan(1_000_000);
  // More of them than may be read stop the start
  const small = createScanBudget({ ...startLimits, entries: 5 });
  await withIncluded(own, small);
  expect(small.isWhole()).toBe(false);
});
