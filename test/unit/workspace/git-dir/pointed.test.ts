import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { Folder } from "../../../../src/base/fs/beneath.ts";
import { createScanBudget, startLimits } from "../../../../src/workspace/scan-budget.ts";
import { toCommandWords } from "../../../../src/workspace/git-dir/pointed/command-words.ts";
import { planProtection } from "../../../../src/workspace/protect/protection.ts";
import { isHarmless } from "../../../../src/workspace/git-dir/git-setting.ts";
import { scanWorkspace } from "../../../../src/workspace/scan/scan.ts";
import { createGitFolder, git } from "../../../support/git.ts";
import { recordScore } from "../../../support/scoreboard.ts";
import { openShared } from "../../../support/shared-place.ts";
import { toLooked, toWorkspaceRoot } from "../../../support/workspace-root.ts";

/** What is read-only in a workspace, but in folders that are called `.git`; and what is said. */
async function plan(
  workspace: string,
): Promise<{ readonly readOnly: readonly string[]; readonly notes: readonly string[] }> {
  using root = Folder.openRoot(workspace);
  const budget = createScanBudget(startLimits);
  const scan = await scanWorkspace(root, workspace, { hide: undefined, deep: false, budget });
  const looked = toLooked(toWorkspaceRoot(workspace, root), scan);
  const { own, notes } = await planProtection(looked, { protect: "default", hides: false, budget });
  const readOnly = own
    .filter(({ bind }) => bind.readOnly && !bind.target.includes("/.git"))
    .map(({ bind }) => bind.target.slice(workspace.length + 1));
  return { readOnly: readOnly.toSorted(), notes };
}

async function write(
  folder: string,
  paths: readonly string[],
  content = "#!/bin/sh\n",
): Promise<void> {
  for (const path of paths) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
    await chmod(join(folder, path), content.startsWith("#!") ? 0o755 : 0o644);
  }
}

async function createRepository(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await git(path, "init", "-q", "-b", "main");
  await git(path, "commit", "-q", "--allow-empty", "-m", "one");
}

/** A command, and the file in the tree that it runs. */
const spellings: readonly (readonly [command: string, file: string])[] = [
  ["${PWD}/a1.sh", "a1.sh"],
  ["./a*2.sh", "a02.sh"],
  ["env -C tools ./a3", "tools/a3"],
  ["python3 -m tools.a4", "tools/a4.py"],
  ["python3 -m tools.a5", "tools/a5/__main__.py"],
  ["make -C sub a6", "sub/Makefile"],
  ["cd sub2 && make", "sub2/GNUmakefile"],
  ['D=tools; "$D/a7"', "tools/a7"],
  ["tools/{a8,none}.sh", "tools/a8.sh"],
  ["node ./tools/a9", "tools/a9.js"],
  ["node tools/a10", "tools/a10/index.js"],
  ["for f in hooks.d/*; do . $f; done", "hooks.d/one"],
  ["sh tools/a11", "tools/a11"],
  ["awk -f tools/a12.awk", "tools/a12.awk"],
  ["pushd tools/deep; ./a13; popd", "tools/deep/a13"],
  ["sh $(git rev-parse --git-dir)/../tools/a14", "tools/a14"],
  [`${"x ".repeat(300)}; ./tools/a15`, "tools/a15"],
  ["tools/[ab]16", "tools/b16"],
];

describe.each(["setting", "hook"] as const)(
  "the file that a command runs is protected, in a %s",
  (place) => {
    const readOnly = openShared(async (stack) => {
      const { path } = stack.use(await createGitFolder());
      await createRepository(path);
      await write(
        path,
        spellings.map(([, file]) => file),
      );
      for (const [index, [command]] of spellings.entries()) {
        if (place === "setting") await git(path, "config", `filter.x${index}.clean`, command);
        else await write(path, [`.git/hooks/post-${index}`], `#!/bin/sh\n${command}\n`);
      }
      return (await plan(path)).readOnly;
    });

    test.each(spellings)("by %s", (command, file) => {
      expect(readOnly().filter((one) => one === file || file.startsWith(`${one}/`))).not.toEqual(
        [],
      );
      recordScore({
        row: 29,
        test: `spellings of files in commands of git's settings and hooks: ${place}, ${file}`,
        attempts: 1,
        blocked: 1,
        // Words between blanks alone
        controlSucceeded: command.split(" ").includes(file) ? 0 : 1,
      });
    });

    test("with a pattern's folder, where more could fit to it", () => {
      expect(readOnly()).toContain("hooks.d");
    });
  },
);

test("of a hook's text what everybody writes stays writable: data, installed packages and folders", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  await write(path, ["package.json", "package-lock.json", "src/a.css", "README.md", "auth"], "{}");
  await write(path, ["node_modules/tool/bin/x.js", "scripts/check.sh", "settings.json"]);
  const lines = [
    "git diff --name-only | grep package-lock.json && npm ci",
    "prettier --check src/a.css README.md package.json src auth",
    "node node_modules/tool/bin/x.js",
    "node settings.json",
    "sh scripts/check.sh",
  ];
  await write(path, [".git/hooks/pre-commit"], `#!/bin/sh\n${lines.join("\n")}\n`);
  const { readOnly, notes } = await plan(path);
  expect(readOnly).toEqual(["scripts/check.sh", "settings.json"]);
  expect(notes).toEqual([]);
});

test("hooks of husky and of a linked work tree's own settings are protected with what they name", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  await write(path, [".husky/_/pre-commit"], '#!/bin/sh\n. "$(dirname "$0")/h"\n');
  await write(path, [".husky/pre-commit"], "sh ../tools/lint.sh\n");
  await write(path, ["tools/lint.sh", "tools/inc.sh"]);
  await git(path, "config", "core.hooksPath", ".husky/_");
  await git(path, "config", "extensions.worktreeConfig", "true");
  await git(path, "worktree", "add", "-q", join(path, "wt"));
  await write(path, ["wt/hk/pre-push", "wt/tools/lint.sh"]);
  await git(join(path, "wt"), "config", "--worktree", "core.hooksPath", "hk");
  await git(join(path, "wt"), "config", "--worktree", "include.path", "wt.inc");
  await write(path, [".git/worktrees/wt/wt.inc"], '[diff "x"]\n\tcommand = tools/inc.sh\n');
  const { readOnly } = await plan(path);
  expect(readOnly).toEqual(expect.arrayContaining([".husky", "tools/lint.sh", "wt/hk"]));
});

test("in a folder of a repository all is protected that the repository around it names there", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  await write(path, ["front/hk/pre-commit", "front/tools/clean", "front/scripts/check.sh"]);
  await write(path, ["front/conf/shared.cfg"], '[filter "x"]\n\tclean = sh front/tools/clean\n');
  await git(path, "config", "core.hooksPath", "front/hk");
  await git(path, "config", "include.path", "../front/conf/shared.cfg");
  await write(path, ["front/hk/pre-commit"], "#!/bin/sh\ncd front && ./scripts/check.sh\n");
  await symlink("../../front/scripts/check.sh", join(path, ".git/hooks/pre-push"));
  const inner = join(path, "front");
  const names = ["conf/shared.cfg", "hk", "scripts/check.sh", "tools/clean"];
  expect((await plan(inner)).readOnly).toEqual(names);
  // Also where the folder is a repository itself, and further out
  await createRepository(inner);
  expect((await plan(inner)).readOnly).toEqual(names);
  await mkdir(join(inner, "deep/er"), { recursive: true });
  await git(path, "config", "--add", "core.hooksPath", "front/deep/er/hooks");
  expect((await plan(join(inner, "deep/er"))).readOnly).toEqual(["hooks"]);
});

test("a file with a password that the repository around a folder includes is shown without it", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  const inner = join(path, "front");
  const content = '[remote "o"]\n\turl = https://me:hunter2hunter2@example.com/x\n';
  await write(inner, ["conf/shared.cfg"], content);
  await git(path, "config", "include.path", "../front/conf/shared.cfg");
  const shown: string[] = [];
  for (const protect of ["default", "none"] as const) {
    for (const writable of [true, false]) {
      using root = Folder.openRoot(inner);
      const budget = createScanBudget(startLimits);
      const scan = await scanWorkspace(root, inner, { hide: undefined, deep: false, budget });
      const looked = toLooked({ ...toWorkspaceRoot(inner, root), writable }, scan);
      const { copies } = await planProtection(looked, { protect, hides: true, budget });
      const copy = copies.find(({ target }) => target.endsWith("shared.cfg"));
      const content = copy?.content;
      shown.push(content instanceof Uint8Array ? Buffer.from(content).toString() : "");
    }
  }
  expect(shown).toEqual(shown.map(() => expect.stringContaining("example.com/x")));
  expect(shown.join("")).not.toContain("hunter2");
});

test("what settings of other systems name is protected, with what they include", async () => {
  await using folder = await createGitFolder();
  const { path, home } = folder;
  await write(path, ["tools/up.sh", "tools/e.py", "tools/c.sh", "tools/fix"]);
  await write(
    path,
    [".hg/hgrc"],
    "[hooks]\nupdate = tools/up.sh\n[extensions]\ne = tools/e.py\n%include ../conf/shared.rc\n",
  );
  await write(path, ["conf/shared.rc"], "[hooks]\ncommit = python:tools/c.sh:run\n");
  await write(path, ["j/.jj/repo/config.toml"], '[fix.tools.x]\ncommand = ["./tools/y"]\n');
  await write(path, ["j/tools/y", "tools/mine.sh", "g/tools/sl"]);
  // The user's own, which count in every repository
  await write(home, [".hgrc"], "[hooks]\npost-pull = tools/mine.sh\n");
  vi.stubEnv("HOME", home);
  onTestFinished(() => void vi.unstubAllEnvs());
  await createRepository(join(path, "g"));
  await write(path, ["g/.git/sl/config"], "[hooks]\ncommit = tools/sl\n");
  // In a folder of it, too
  expect((await plan(join(path, "tools"))).readOnly).toEqual(["c.sh", "e.py", "mine.sh", "up.sh"]);
  const { readOnly } = await plan(path);
  expect(readOnly.filter((one) => !one.includes(".hg/") && !one.includes(".jj/"))).toEqual([
    "conf/shared.rc",
    "g/tools/sl",
    "j/tools/y",
    "tools/c.sh",
    "tools/e.py",
    "tools/mine.sh",
    "tools/up.sh",
  ]);
});

test("what can't be told of a hook or a pattern is said", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  await write(path, [".git/hooks/pre-push"], `#!/bin/sh\n${"# x\n".repeat(100_000)}`);
  await write(path, ["h15.sh"]);
  await git(path, "config", "filter.x.clean", "./h*5.sh");
  const { notes } = await plan(path);
  expect(notes.join("\n")).toContain("pre-push");
  expect(notes.join("\n")).toContain("by a pattern");
});

test.each(
  Object.entries({
    "open braces": "{".repeat(200_000),
    folders: "a/".repeat(100_000),
    quotes: "'\"".repeat(100_000),
    alternatives: "{a,".repeat(70_000),
    shells: "sh ".repeat(80_000),
    "shells with an option": "sh -e ".repeat(40_000),
    "escaped blanks": "\\ ".repeat(100_000),
    modules: "-m a.".repeat(50_000),
    "a module of many": `-m ${"a.".repeat(120_000)}`,
  }),
)("words are found in a text of %s in time that grows with its length", (_, text) => {
  const started = performance.now();
  toCommandWords(text);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test("a remote that starts a program is no harmless value wherever a remote is named", () => {
  const keys = ["branch.a.remote", "branch.a.pushremote", "remote.pushdefault", "remote.o.url"];
  const values = ["ext::touch x", "fd::7", "foo://x/y", "ext::sh -c x"];
  const isHarm = ({ key, value }: { key: string; value: string }): boolean =>
    !isHarmless({ key, value });
  const all = keys.flatMap((key) => values.map((value) => ({ key, value })));
  expect(all.filter((one) => !isHarm(one))).toEqual([]);
  const plain = [
    "origin",
    ".",
    "my-fork",
    "a/b",
    "https://example.com/x",
    "git@example.com:a/b",
    "u+x@y",
  ];
  expect(plain.filter((value) => !isHarmless({ key: "branch.a.remote", value }))).toEqual([]);
});
