import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { git, gitEnvironment } from "../../support/host-git.ts";
import { createWorkspaceFolder, writeInto } from "../../support/workspace-folder.ts";
import { recordScore } from "../../support/scoreboard.ts";

// Ways in which what the host's programs run was not where it was looked for.

const run = promisify(execFile);

test("what a link to a folder of the workspace puts in a program's way is reported, then and when it changes", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const links: readonly (readonly [link: string, target: string, file: string])[] = [
    [".claude", "docs/a", "settings.json"],
    [".vscode", "docs/b", "tasks.json"],
    [".cargo", "docs/c", "config.toml"],
    [".github", "docs/g", "workflows/x.yml"],
    [".husky", "docs/e", "pre-commit"],
    [".config/mise", "../docs/m", "config.toml"],
  ];
  const first = await during(async () => {
    for (const [link, target, file] of links) {
      await writeInto(workspace, join(join(link, ".."), target, file), "x");
      await writeInto(workspace, join(link, "../placeholder"), "");
      await symlink(target, join(workspace, link));
    }
  });
  const second = await during(async () => {
    for (const [link, target, file] of links) {
      await writeFile(join(workspace, link, "..", target, file), "another");
    }
  });
  const toLines = (entries: typeof first.entries): readonly string[] =>
    entries.map(({ change, path }) => `${change} ${path}`);
  for (const [link, , file] of links) {
    expect(toLines(first.entries)).toContain(`new ${link}`);
    expect(toLines(first.entries)).toContain(`new ${link}/${file}`);
    expect(toLines(second.entries)).toContain(`changed ${link}/${file}`);
  }
  recordScore({
    row: 31,
    test: "folders of host files that are links within the workspace",
    attempts: 2 * links.length,
    blocked: first.entries.length >= links.length ? 2 * links.length : 0,
    // By their own paths they are ordinary files
    controlSucceeded: [...first.entries, ...second.entries].every(
      ({ path }) => !path.startsWith("docs/"),
    )
      ? links.length
      : 0,
  });
});

test("a link out of the workspace is reported among installed packages too, when it is new", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await writeInto(workspace, "node_modules/a/package.json", "{}");
  await writeInto(workspace, "venv/lib/python3/site-packages/x.py", "");
  await symlink("/nonexistent", join(workspace, "node_modules/a/old"));
  // The start takes what changed in the two seconds before it for new
  await sleep(2100);
  const links = ["node_modules/.package-lock.json", "node_modules/a/.cache"];
  links.push("venv/lib/python3/site-packages/__pycache__");
  const handoff = await during(async () => {
    for (const link of links) await symlink("/nonexistent/.bashrc", join(workspace, link));
    await symlink("package.json", join(workspace, "node_modules/a/inside"));
  });
  const told = handoff.entries.map(({ change, path }) => `${change} ${path}`);
  expect(told.toSorted()).toEqual(links.map((link) => `new ${link}`).toSorted());
});

test("a bare repository is held whatever other spellings of HEAD lie in it", async () => {
  const script = `git init -q --bare b && cd b && rm -rf hooks
printf '[core]\\nrepositoryformatversion=0\\nbare=false\\nworktree=.\\nfsmonitor="touch $PWD/../RAN;false"\\n' > config
p=$(printf '%0240d' 0); i=0; while [ $i -lt 1500 ]; do : > $p$i; i=$((i+1)); done; rm -f $p*
for n in head Head HEAd HEAD. HEAD.. heaD... hEAD; do : > $n; done`;
  const look = (cwd: string): Promise<unknown> =>
    run("git", ["status"], { cwd: join(cwd, "b"), env: gitEnvironment() }).catch(() => undefined);
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const shell = { cwd: workspace, env: gitEnvironment() };
  const handoff = await during(async () => void (await run("sh", ["-c", script], shell)));
  expect(handoff.entries.map(({ change }) => change)).toContain("held");
  await look(workspace);
  expect(await readdir(workspace)).not.toContain("RAN");
  await using control = await createWorkspaceFolder();
  await run("sh", ["-c", script], { ...shell, cwd: control.workspace });
  await look(control.workspace);
  expect(await readdir(control.workspace)).toContain("RAN");
});

test("a link that is too deep to be seen in the user's own repository is told of as dangerous", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await git(workspace, "init", "-q", "-b", "main");
  await git(workspace, "commit", "-q", "--allow-empty", "-m", "one");
  const script = `cd .git/logs; i=0; while [ $i -lt 210 ]; do mkdir a; cd a; i=$((i+1)); done; ln -s /tmp/MARK x`;
  const handoff = await during(async () => {
    await run("sh", ["-c", script], { cwd: workspace, env: gitEnvironment() });
  });
  const entry = handoff.entries.find(({ path }) => path === ".git");
  expect(entry?.change).toMatch(/held|dangerous/);
});

test("a repository whose work tree is another one's own folder is held", async () => {
  const held: string[] = [];
  const trees = ["../../.git", "../../.git/hooks", "../../.hg", "../../.GIT"];
  for (const tree of trees) {
    await using folder = await createWorkspaceFolder();
    const { workspace, during } = folder;
    await git(workspace, "init", "-q");
    for (const name of [".hg", ".GIT"]) await mkdir(join(workspace, name));
    const handoff = await during(async () => {
      await git(workspace, "init", "-q", "src");
      await git(join(workspace, "src"), "config", "core.worktree", tree);
    });
    const entry = handoff.entries.find(({ path }) => path === "src/.git");
    if (entry?.change === "held") held.push(tree);
  }
  expect(held).toEqual(trees);
});

test("a link for git to write through is held wherever it is in a repository's folder", async () => {
  const places = ["logs", "worktrees/wt/logs", "worktrees/wt/logs/refs", "rr-cache"];
  const shapes = ["mkdir -p objects refs", ": > commondir", "true"];
  const held: string[] = [];
  for (const place of places) {
    for (const shape of shapes) {
      await using folder = await createWorkspaceFolder();
      const { workspace, during } = folder;
      await git(workspace, "init", "-q", "-b", "main");
      await git(workspace, "commit", "-q", "--allow-empty", "-m", "one");
      const script = `git worktree add -q wt -b wt; mkdir -p .git/${place}; cd .git/${place}; ${shape}; rm -f HEAD; ln -s /tmp/MARK HEAD`;
      const handoff = await during(async () => {
        await run("sh", ["-c", script], { cwd: workspace, env: gitEnvironment() });
      });
      const isHeld = handoff.entries.some(({ change }) => change === "held");
      if (isHeld) held.push(`${place} ${shape}`);
    }
  }
  expect(held).toEqual(places.flatMap((place) => shapes.map((shape) => `${place} ${shape}`)));
});

test("a repository is held and reported although the disk for vaultbox's own files is full", async (context) => {
  if (process.getuid?.() !== 0) context.skip("mounting a small file system needs root");
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const own = join(dirname(workspace), "v");
  await mkdir(own);
  const options = ["-t", "tmpfs", "-o", "size=256k,mode=0700", "tmpfs", own];
  const isMounted = await run("mount", options).then(
    () => true,
    () => false,
  );
  if (!isMounted) context.skip("this machine does not let root mount a tmpfs");
  try {
    const handoff = await during(async () => {
      await git(workspace, "init", "-q", "sub");
      await git(join(workspace, "sub"), "config", "core.fsmonitor", "touch RAN; false");
      const fill = "dd if=/dev/zero of=full bs=1k; true";
      await run("sh", ["-c", fill], { cwd: own });
    });
    expect(handoff.entries.map(({ change, path }) => `${change} ${path}`)).toEqual([
      "held sub/.git",
    ]);
    expect(handoff).toMatchObject({
      complete: false,
      unseen: expect.stringContaining("ENOSPC") as string,
    });
  } finally {
    await run("umount", ["-l", own]);
  }
});
