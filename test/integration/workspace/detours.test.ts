import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { passClockTick } from "../../support/clock-tick.ts";
import { git, gitEnvironment, runGit } from "../../support/git.ts";
import { createWorkspaceFolder, writeInto } from "../../support/workspace-folder.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";

// Ways in which what the host's programs run was not where it was looked for.

const run = promisify(execFile);

const links: readonly (readonly [link: string, target: string, file: string])[] = [
  [".claude", "docs/a", "settings.json"],
  [".vscode", "docs/b", "tasks.json"],
  [".cargo", "docs/c", "config.toml"],
  [".github", "docs/g", "workflows/x.yml"],
  [".husky", "docs/e", "pre-commit"],
  [".config/mise", "../docs/m", "config.toml"],
];

describe("what a link to a folder of the workspace puts in a program's way is reported, then and when it changes", () => {
  const reports = openShared(async (stack) => {
    const { workspace, during } = stack.use(await createWorkspaceFolder());
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
    const toLines = ({ entries }: typeof first): readonly string[] =>
      entries.map(({ change, path }) => `${change} ${path}`);
    return { first: toLines(first), second: toLines(second) };
  });

  test.each(links)("%s", (link, _, file) => {
    const { first, second } = reports();
    expect(first).toContain(`new ${link}`);
    expect(first).toContain(`new ${link}/${file}`);
    expect(second).toContain(`changed ${link}/${file}`);
    // By their own paths they are ordinary files
    expect([...first, ...second].filter((line) => line.includes(" docs/"))).toEqual([]);
    const test = `folders of host files that are links within the workspace: ${link}`;
    recordScore({ row: 31, test, attempts: 2, blocked: 2, controlSucceeded: 1 });
  });
});

test("a link out of the workspace is reported among installed packages too, when it is new", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await writeInto(workspace, "node_modules/a/package.json", "{}");
  await writeInto(workspace, "venv/lib/python3/site-packages/x.py", "");
  await symlink("/nonexistent", join(workspace, "node_modules/a/old"));
  // The start takes what changed just before it for new
  await passClockTick();
  const links = ["node_modules/.package-lock.json", "node_modules/a/.cache"];
  links.push("venv/lib/python3/site-packages/__pycache__");
  const handoff = await during(async () => {
    for (const link of links) await symlink("/nonexistent/.bashrc", join(workspace, link));
    await symlink("package.json", join(workspace, "node_modules/a/inside"));
  });
  const told = handoff.entries.map(({ change, path }) => `${change} ${path}`);
  expect(told.toSorted()).toEqual(links.map((link) => `new ${link}`).toSorted());
});

test("a bare repository is disabled whatever other spellings of HEAD lie in it", async () => {
  const script = `git init -q --bare b && cd b && rm -rf hooks
printf '[core]\\nrepositoryformatversion=0\\nbare=false\\nworktree=.\\nfsmonitor="touch ../RAN;false"\\n' > config
p=$(printf '%0240d' 0); i=0; while [ $i -lt 1500 ]; do : > $p$i; i=$((i+1)); done; rm -f $p*
for n in head Head HEAd HEAD. HEAD.. heaD... hEAD; do : > $n; done`;
  const look = (cwd: string): Promise<unknown> => runGit(["status"], { cwd: join(cwd, "b") });
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const shell = { cwd: workspace, env: gitEnvironment };
  const handoff = await during(async () => void (await run("sh", ["-c", script], shell)));
  expect(handoff.entries.map(({ change }) => change)).toContain("disabled");
  await look(workspace);
  expect(await readdir(workspace)).not.toContain("RAN");
  await using control = await createWorkspaceFolder();
  await run("sh", ["-c", script], { ...shell, cwd: control.workspace });
  await look(control.workspace);
  expect(await readdir(control.workspace)).toContain("RAN");
});

test.each(["../../.git", "../../.git/hooks", "../../.hg", "../../.GIT"])(
  "a repository whose work tree is another one's own folder is disabled: %s",
  async (tree) => {
    await using folder = await createWorkspaceFolder();
    const { workspace, during } = folder;
    const source = join(workspace, "src");
    await git(workspace, "init", "-q");
    for (const name of [".hg", ".GIT"]) await mkdir(join(workspace, name));
    const plant = async (): Promise<void> => {
      await writeInto(workspace, "src/planted", "x");
      await git(source, "init", "-q");
      await git(source, "add", "-A");
      await git(source, "commit", "-qm", "x");
      await git(source, "config", "core.worktree", tree);
    };
    const use = async (): Promise<boolean> => {
      await git(source, "checkout", "-q", "-f", "HEAD").catch(() => undefined);
      const found = await readdir(join(source, ".git", tree)).catch((): string[] => []);
      return found.includes("planted");
    };
    const handoff = await during(plant);
    const entry = handoff.entries.find(({ path }) => path === "src/.git");
    expect(entry?.change).toBe("disabled");
    expect(await use()).toBe(false);
    // The control: the same, and nobody looks at it
    await run("rm", ["-rf", source, join(workspace, tree.slice(6), "planted")]);
    await plant();
    expect(await use()).toBe(true);
    const test = `repositories that check out into another one's own folder: ${tree}`;
    recordScore({ row: 28, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
  },
);

const deepBranch = "b=a; for i in $(seq 205); do b=$b/a; done";

/** What a sandbox makes of a log that git writes to, and what the user does then. */
const logLinks: readonly (readonly [plant: string, use: string])[] = [
  ...["logs", "worktrees/wt/logs", "worktrees/wt/logs/refs", "rr-cache"].flatMap((place) =>
    ["mkdir -p objects refs", ": > commondir", "true"].map(
      (shape) =>
        [
          `git worktree add -q wt -b wt; mkdir -p .git/${place}; cd .git/${place}; ${shape}; rm -f HEAD; ln -s "$MARK" HEAD`,
          "git commit -q --allow-empty -m x; cd wt; git commit -q --allow-empty -m x",
        ] as const,
    ),
  ),
  [
    `${deepBranch}; git checkout -q -b $b; rm .git/logs/refs/heads/$b; ln -s "$MARK" .git/logs/refs/heads/$b`,
    "git commit -q --allow-empty -m x",
  ],
];

describe("a link for git to write through is disabled wherever it is in a repository's folder", () => {
  let written = 0;

  test.each(logLinks)("%s", async (plant, use) => {
    await using folder = await createWorkspaceFolder();
    const { workspace, during } = folder;
    const env = { ...gitEnvironment, MARK: join(workspace, "../MARK") };
    const shell = (lines: string): Promise<unknown> =>
      run("sh", ["-c", lines], { cwd: workspace, env }).catch(() => undefined);
    const isWritten = async (): Promise<boolean> => {
      await shell(use);
      return (await readdir(dirname(workspace))).includes("MARK");
    };
    await git(workspace, "init", "-q", "-b", "main");
    await git(workspace, "commit", "-q", "--allow-empty", "-m", "one");
    await shell("cp -r . ../copy");
    const handoff = await during(async () => void (await shell(plant)));
    expect(handoff.entries).toContainEqual(expect.objectContaining({ change: "disabled" }));
    expect(await isWritten()).toBe(false);
    // The control: the same, and nobody looks at it
    await shell(`rm -rf ./.git ./wt; cp -r ../copy/.git .; ${plant}`);
    const controlSucceeded = (await isWritten()) ? 1 : 0;
    written += controlSucceeded;
    const test = `logs and other files of git's that are links, beside what looks like a repository or too deep: ${plant}`;
    recordScore({ row: 28, test, attempts: 1, blocked: 1, controlSucceeded });
  });

  test("and is written through where nobody looks at it (control)", () => {
    // Logs of a branch and of a work tree; the others are places that git writes to at other times
    expect(written).toBeGreaterThanOrEqual(4);
  });
});

test("a repository is disabled and reported although the disk for vaultbox's own files is full", async (context) => {
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
    const sub = join(workspace, "sub");
    const isRun = async (): Promise<boolean> => {
      await git(sub, "status").catch(() => undefined);
      return (await readdir(sub)).includes("RAN");
    };
    const plant = async (): Promise<void> => {
      await git(workspace, "init", "-q", "sub");
      await git(sub, "config", "core.fsmonitor", "touch RAN; false");
    };
    const handoff = await during(async () => {
      await plant();
      const fill = "dd if=/dev/zero of=full bs=1k; true";
      await run("sh", ["-c", fill], { cwd: own });
    });
    expect(handoff.entries.map(({ change, path }) => `${change} ${path}`)).toEqual([
      "disabled sub/.git",
    ]);
    expect(handoff).toMatchObject({
      complete: false,
      unseen: expect.stringContaining("ENOSPC") as string,
    });
    expect(await isRun()).toBe(false);
    // The control: the same, and nobody looks at it
    await plant();
    expect(await isRun()).toBe(true);
  } finally {
    await run("umount", ["-l", own]);
  }
});
