import { chmod, mkdir, rename, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultWorkspaceSettings } from "../../../src/policy/workspace-settings.ts";
import type { Handoff } from "../../../src/workspace/handoff/handoff.ts";
import { handoffLines } from "../../../src/workspace/handoff/handoff-text.ts";
import { hostExecutableKinds } from "../../../src/workspace/scan/host-executables/tables.ts";
import { passClockTick } from "../../support/clock-tick.ts";
import { toExamples } from "../../support/host-file-examples.ts";
import { git } from "../../support/git.ts";
import { createWorkspaceFolder, writeInto } from "../../support/workspace-folder.ts";
import { recordScore } from "../../support/scoreboard.ts";

/** One of each kind of file that a host's program runs or goes by. */
const files = [
  ".husky/pre-commit",
  ".githooks/pre-push",
  ".pre-commit-config.yaml",
  "lefthook.yml",
  ".gitattributes",
  ".gitmodules",
  ".lfsconfig",
  ".gitconfig",
  ".vscode/tasks.json",
  ".vscode/settings.json",
  "a.code-workspace",
  ".idea/runConfigurations/x.xml",
  ".zed/tasks.json",
  ".exrc",
  ".envrc",
  ".env",
  "mise.toml",
  ".tool-versions",
  "package.json",
  "packages/a/package.json",
  ".npmrc",
  ".yarnrc.yml",
  ".yarn/releases/yarn.cjs",
  ".pnp.cjs",
  "node_modules/.bin/eslint",
  "eslint.config.js",
  "Makefile",
  "Justfile",
  ".github/workflows/ci.yml",
  ".gitlab-ci.yml",
  "pyvenv.cfg",
  ".venv/bin/python",
  "setup.py",
  "conftest.py",
  "CLAUDE.md",
  "docs/AGENTS.md",
  ".mcp.json",
  ".claude/settings.json",
  ".claude/commands/x.md",
  ".cursor/rules/x.mdc",
  ".codex/config.toml",
  ".gemini/settings.json",
  ".devcontainer/devcontainer.json",
  "Dockerfile",
  "docker-compose.yml",
  ".cargo/config.toml",
  "build.rs",
  "gradlew",
  "gradle/wrapper/gradle-wrapper.jar",
  "build.gradle.kts",
  ".mvn/jvm.config",
  "App.csproj",
  "Directory.Build.props",
  "CMakeLists.txt",
  ".bazelrc",
  "flake.nix",
  "Gemfile",
  "composer.json",
  ".gdbinit",
  ".bashrc",
  ".ripgreprc",
  "vaultbox.yaml",
] as const;

/** What a tool sees that only looks at git's own folder. */
const naivePaths = /^\.git\//;

test("every file that a program of the host runs or goes by is reported, new, changed and removed", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const names = (handoff: Handoff, change: string): readonly string[] =>
    handoff.entries.filter((entry) => entry.change === change).map(({ path }) => path);
  const made = await during(async () => {
    for (const path of files) await writeInto(workspace, path, "one");
    await writeInto(workspace, "src/main.ts", "one");
    await writeInto(workspace, "README", "one");
  });
  expect(new Set(names(made, "new"))).toEqual(new Set(files));
  expect(new Set(made.entries.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(40);
  const changed = await during(async () => {
    for (const path of files) await writeInto(workspace, path, "two!");
  });
  expect(new Set(names(changed, "changed"))).toEqual(new Set(files));
  const nothing = await during(async () => {
    for (const path of files) if (!path.includes("bin/")) await writeInto(workspace, path, "two!");
  });
  expect(nothing.entries).toEqual([]);
  const removed = await during(async () => {
    for (const path of files) await rm(join(workspace, path));
  });
  expect(new Set(names(removed, "removed"))).toEqual(new Set(files));
  recordScore({
    row: 31,
    test: "files that run by themselves, new, changed and removed",
    attempts: 3 * files.length,
    blocked:
      names(made, "new").length +
      names(changed, "changed").length +
      new Set(names(removed, "removed")).size,
    controlSucceeded: 3 * files.filter((path) => !naivePaths.test(path)).length,
  });
});

test("the hand-off names every path that the rows have as examples, with its kind", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const expected = new Map<string, string>();
  for (const [index, row] of hostExecutableKinds.entries()) {
    for (const [number, path] of toExamples(row).entries()) {
      // Apart: some tools take a file and a folder of one name
      expected.set(`${index}/${number}/${path}`, row.kind);
    }
  }
  const settings = { ...defaultWorkspaceSettings, hide: [] };
  const { entries } = await during(async () => {
    for (const path of expected.keys()) await writeInto(workspace, path, "one");
  }, settings);
  // Some lie in folders of version control systems, which are named as repositories too
  const executables = entries.filter(({ kind }) => kind !== "repositories");
  expect(new Map(executables.map(({ path, kind }) => [path, kind]))).toEqual(expected);
});

test("a link that leaves the workspace, a file made executable and a repository of its own are reported", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await writeInto(workspace, "Makefile", "all:");
  await symlink("Makefile", join(workspace, "inside"));
  const handoff = await during(async () => {
    await symlink("/etc/passwd", join(workspace, "out"));
    await symlink("../../..", join(workspace, "up"));
    await symlink("Makefile", join(workspace, "again"));
    await chmod(join(workspace, "Makefile"), 0o755);
    await mkdir(join(workspace, "n"));
    await git(join(workspace, "n"), "init", "-q");
  });
  expect(handoff.entries.map(({ change, path }) => `${change} ${path}`).toSorted()).toEqual([
    "changed Makefile",
    "new n/.git",
    "new out",
    "new up",
  ]);
});

test("a repository that runs something is disabled only when that is new", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await git(workspace, "init", "-q");
  await git(workspace, "config", "core.editor", "vim");
  await mkdir(join(workspace, "old"));
  await git(join(workspace, "old"), "init", "-q");
  await git(join(workspace, "old"), "config", "core.fsmonitor", "mine");
  const quiet = await during(async () => {
    await git(workspace, "config", "branch.main.remote", "origin");
  });
  expect(quiet.entries).toEqual([{ change: "changed", kind: "repositories", path: ".git" }]);
  const loud = await during(async () => {
    await mkdir(join(workspace, "new"));
    await git(join(workspace, "new"), "init", "-q");
    await git(join(workspace, "new"), "config", "core.pager", "evil");
  });
  expect(loud.entries).toEqual([
    {
      change: "disabled",
      kind: "repositories",
      path: "new/.git",
      detail: "sets core.pager; it is new/.git.vaultbox-disabled now",
    },
  ]);
});

test("a rebase that stopped, and its end, are no finding; one that runs a command is", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const own = ["-c", "user.name=a", "-c", "user.email=a@b"];
  await git(workspace, "init", "-q", "-b", "main");
  const commit = async (text: string): Promise<void> => {
    await writeInto(workspace, "file", text);
    await git(workspace, "add", "file");
    await git(workspace, ...own, "commit", "-q", "-m", text);
  };
  await commit("one");
  await commit("two");
  await git(workspace, "switch", "-q", "-c", "topic", "HEAD~1");
  await commit("three");
  const begun = await during(async () => {
    await git(workspace, ...own, "rebase", "main").catch(() => undefined);
  });
  expect(begun.entries).toEqual([]);
  const aborted = await during(async () => void (await git(workspace, "rebase", "--abort")));
  expect(aborted.entries).toEqual([]);
  // The control
  const running = await during(async () => {
    await git(workspace, ...own, "rebase", "--exec", "true", "main").catch(() => undefined);
  });
  expect(running.entries.map(({ change }) => change)).toEqual(["disabled"]);
});

test("a repository that fetches what is missing from a place of the sandbox's is disabled", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const settings = [
    ["extensions.partialClone", "origin"],
    ["remote.origin.promisor", "true"],
    ["remote.origin.partialCloneFilter", "blob:none"],
    ["fetch.bundleURI", "https://example.com/x"],
    ["url.https://example.com/.insteadOf", "https://example.org/"],
    ["remote.origin.url", "ssh://-oProxyCommand=run/x"],
    ["remote.origin.url", "foo://x/y"],
    ["lfs.url", "https://example.com/x"],
  ] as const;
  const { entries } = await during(async () => {
    for (const [index, [key, value]] of settings.entries()) {
      await mkdir(join(workspace, String(index)));
      await git(join(workspace, String(index)), "init", "-q");
      await git(join(workspace, String(index)), "config", key, value);
    }
    await mkdir(join(workspace, "plain"));
    await git(join(workspace, "plain"), "init", "-q");
    await git(join(workspace, "plain"), "remote", "add", "origin", "https://example.com/x");
  });
  const disabled = entries.filter(({ change }) => change === "disabled").map(({ path }) => path);
  expect(disabled.toSorted()).toEqual(settings.map((_, index) => `${index}/.git`));
  recordScore({
    row: 52,
    test: "settings that make git fetch from elsewhere",
    attempts: settings.length,
    blocked: disabled.length,
    // Of a list of settings that run programs alone
    controlSucceeded: settings.length,
  });
});

test("a folder that was no repository is disabled when it is renamed to be one, also among installed packages", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  for (const place of ["fixtures/x", "node_modules/x"]) {
    await mkdir(join(workspace, place), { recursive: true });
    await git(join(workspace, place), "init", "-q");
    await git(join(workspace, place), "config", "core.fsmonitor", "evil");
    await rename(join(workspace, place, ".git"), join(workspace, place, "dot-git"));
  }
  // Longer ago than the slack that the file system's clock gets
  await passClockTick();
  const handoff = await during(async () => {
    for (const place of ["fixtures/x", "node_modules/x"]) {
      await rename(join(workspace, place, "dot-git"), join(workspace, place, ".git"));
    }
  });
  expect(handoff.entries.map(({ change, path }) => `${change} ${path}`).toSorted()).toEqual([
    "disabled fixtures/x/.git",
    "disabled node_modules/x/.git",
  ]);
});

test("a hidden file that was moved away with its folder is reported", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await writeInto(workspace, "config/id_rsa", "secret");
  const handoff = await during(() => rename(join(workspace, "config"), join(workspace, "lib")));
  expect(handoff.entries).toEqual([
    { change: "removed", kind: "hidden files, removed or moved", path: "config/id_rsa" },
  ]);
});

test("the report fits on a screen and nothing in a name drives the terminal", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const handoff = await during(async () => {
    for (const path of files) await writeInto(workspace, path, "one");
    await symlink("/x", join(workspace, "\u001b]0;title\u0007\u202e"));
    for (let index = 0; index < 9; index++) {
      const path = join(workspace, `r${index}`);
      await mkdir(path);
      await git(path, "init", "-q");
      await git(path, "config", "core.fsmonitor", "x");
    }
  });
  const lines = handoffLines(handoff);
  expect(lines.length).toBeLessThanOrEqual(12);
  expect(lines[0]).toBe(
    `the sandbox left ${files.length + 10} things that programs of this machine run or go by:`,
  );
  // eslint-disable-next-line no-control-regex
  expect(lines.join("")).not.toMatch(/[\u0000-\u001f\u202e]/);
  expect(handoffLines({ entries: [], complete: true, tookMs: 0 })).toEqual([]);
});
