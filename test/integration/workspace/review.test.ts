import { execFile } from "node:child_process";
import {
  appendFile,
  mkdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test, vi } from "vitest";
import { Folder } from "../../../src/base/fs/beneath.ts";
import { createScanBudget, startLimits } from "../../../src/workspace/scan-budget.ts";
import {
  readGitDirViews,
  type RepositoryViews,
} from "../../../src/workspace/git-dir/views/read-views.ts";
import { git, gitEnvironment } from "../../support/git.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createWorkspaceFolder, writeInto } from "../../support/workspace-folder.ts";

const run = promisify(execFile);

/** A way to make git show something else. */
interface Trick {
  readonly name: string;
  /** What the sandbox does */
  readonly play: (workspace: string) => Promise<unknown>;
  /** What a reviewer would ask */
  readonly asked: string;
  /** What the answer would have, were it the truth */
  readonly truth: RegExp;
}

const tricks: readonly Trick[] = [
  {
    name: "replaces objects",
    play: async (at) => {
      const other = await git(at, "commit-tree", "-m", "innocent", "HEAD~1^{tree}");
      await git(at, "replace", "HEAD", other);
    },
    asked: "git log",
    truth: /evil/,
  },
  {
    name: "replaces objects",
    play: async (at) => {
      const other = await git(at, "commit-tree", "-m", "innocent", "HEAD~1^{tree}");
      await git(at, "replace", "HEAD", other);
      await git(at, "pack-refs", "--all");
    },
    asked: "git log",
    truth: /evil/,
  },
  {
    name: "gives commits other parents",
    play: async (at) => {
      await writeInto(at, ".git/info/grafts", `${await git(at, "rev-parse", "HEAD")}\n`);
    },
    asked: "git log",
    truth: /one/,
  },
  {
    name: "cuts off the history",
    play: async (at) => {
      await writeInto(at, ".git/shallow", `${await git(at, "rev-parse", "HEAD")}\n`);
    },
    asked: "git log",
    truth: /one/,
  },
  {
    name: "skip-worktree",
    play: async (at) => {
      await git(at, "update-index", "--skip-worktree", "file");
      await writeInto(at, "file", "changed");
    },
    asked: "git status --short",
    truth: /[Sh] file/,
  },
  {
    name: "skip-worktree",
    play: async (at) => {
      await git(at, "update-index", "--index-version", "4");
      await git(at, "update-index", "--skip-worktree", "file");
    },
    asked: "git status --short",
    truth: /S file/,
  },
  {
    name: "assume-unchanged",
    play: async (at) => {
      await git(at, "update-index", "--assume-unchanged", "file");
      await writeInto(at, "file", "changed");
    },
    asked: "git status --short",
    truth: /h file/,
  },
  {
    name: "assume-unchanged",
    play: async (at) => {
      await git(at, "update-index", "--assume-unchanged", "file");
      await git(at, "update-index", "--split-index");
      await writeInto(at, "file", "changed");
    },
    asked: "git status --short",
    truth: /h file/,
  },
  {
    name: "info/exclude",
    play: async (at) => {
      await appendFile(join(at, ".git/info/exclude"), "planted\n");
      await writeInto(at, "planted", "");
    },
    asked: "git status --short",
    truth: /planted/,
  },
  {
    name: "adds notes to commits",
    play: (at) => git(at, "notes", "add", "-m", "reviewed by all", "HEAD"),
    asked: "git log",
    truth: /evil\n\ncommit/,
  },
  {
    name: "has branches that are other ones",
    play: async (at) => {
      await git(at, "branch", "other", "HEAD~1");
      await git(at, "symbolic-ref", "refs/heads/safe", "refs/heads/other");
    },
    asked: "git branch --list safe --format='%(refname)'",
    truth: /refs\/heads\/safe refs\/heads\/other/,
  },
  {
    name: "has names that git takes before a branch",
    play: async (at) => {
      await writeInto(at, ".git/main", `${await git(at, "rev-parse", "HEAD~1")}\n`);
    },
    asked: "git log main",
    truth: /evil/,
  },
];

/** Runs what a person would type into a shell. */
async function ask(workspace: string, command: string): Promise<string> {
  const env = gitEnvironment;
  const { stdout } = await run("sh", ["-c", `${command} | cat`], { cwd: workspace, env });
  return stdout;
}

async function createRepository(workspace: string): Promise<void> {
  await git(workspace, "init", "-q", "-b", "main");
  await writeInto(workspace, "file", "one");
  await git(workspace, "add", "file");
  await git(workspace, "commit", "-q", "-m", "one");
  await writeInto(workspace, "file", "two");
  await git(workspace, "commit", "-q", "-a", "-m", "evil");
}

test.each(tricks.map((trick, index) => ({ ...trick, number: index + 1 })))(
  "what makes git show something else is said, with a command that shows what is there: $name (trick $number)",
  async ({ name, number, play, asked, truth }) => {
    await using folder = await createWorkspaceFolder();
    const { workspace, during } = folder;
    await createRepository(workspace);
    const { entries } = await during(() => play(workspace).then(() => undefined));
    const said = entries.filter(({ kind }) => kind === "what git shows");
    expect(said.map(({ change, path }) => `${change} ${path}`)).toEqual(["new .git"]);
    const [detail = "", command = ""] = said[0]?.detail?.split("; to see what is there: ") ?? [];
    expect(detail).toContain(name);
    // The control: who asks git as usual doesn't see it
    const isControl = !truth.test(await ask(workspace, asked));
    expect(await ask(workspace, command.replace("NAME", "main"))).toMatch(truth);
    const quiet = await during(() => Promise.resolve());
    expect(quiet.entries).toEqual([]);
    recordScore({
      row: 52,
      test: `git shows something else: ${name} (trick ${number})`,
      attempts: 1,
      blocked: 1,
      controlSucceeded: isControl ? 1 : 0,
    });
    expect(isControl).toBe(true);
  },
);

/** The same with files of the work tree, which are named for themselves. */
const treeTricks: readonly Omit<Trick, "name">[] = [
  {
    play: async (at) => {
      await writeInto(at, ".gitattributes", "file -diff\n");
      await writeInto(at, "file", "planted");
    },
    asked: "git diff",
    truth: /planted/,
  },
  {
    play: (at) => writeInto(at, ".mailmap", "Boss <boss@example.com> <a@example.com>\n"),
    asked: "git log",
    truth: /Author: A </,
  },
  {
    play: async (at) => {
      await git(at, "init", "-q", "sub");
      await git(join(at, "sub"), "commit", "-q", "--allow-empty", "-m", "one");
      await git(at, "add", "sub");
      await git(at, "commit", "-q", "-m", "sub");
      await writeInto(
        at,
        ".gitmodules",
        '[submodule "s"]\n\tpath = sub\n\turl = ./sub\n\tignore = all\n',
      );
      await writeInto(at, "sub/planted", "");
    },
    asked: "git status --short sub",
    truth: /sub/,
  },
];

test.each(treeTricks)(
  "a file of the work tree that changes what git shows is named with such a command: $asked",
  async ({ play, asked, truth }) => {
    await using folder = await createWorkspaceFolder();
    const { workspace, during } = folder;
    await createRepository(workspace);
    const { entries } = await during(() => play(workspace).then(() => undefined));
    const said = entries.flatMap(({ detail }) => detail?.split("to see what is there: ")[1] ?? []);
    expect(said.length).toBe(1);
    expect(await ask(workspace, asked)).not.toMatch(truth);
    expect(await ask(workspace, said[0] ?? "")).toMatch(truth);
    recordScore({
      row: 52,
      test: `files of the work tree that change what git shows: ${asked}`,
      attempts: 1,
      blocked: 1,
      controlSucceeded: 1,
    });
  },
);

/** Of a folder that is a repository itself */
const gitFolder = { names: [], shape: "bare" } as const;

test("everyday git says nothing of what git shows", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await createRepository(workspace);
  const { entries } = await during(async () => {
    await git(workspace, "switch", "-q", "-c", "topic");
    await writeInto(workspace, "file", "three");
    await git(workspace, "commit", "-q", "-a", "-m", "three");
    await writeInto(workspace, "file", "four");
    await git(workspace, "stash");
    await git(workspace, "tag", "v1");
    await git(workspace, "rebase", "-q", "main");
    await git(workspace, "worktree", "add", "-q", "w");
    await git(workspace, "gc", "-q");
    await mkdir(join(workspace, "new"));
    await git(join(workspace, "new"), "init", "-q");
  });
  expect(entries.filter(({ kind }) => kind === "what git shows")).toEqual([]);
});

test("settings of a new repository that leave something out are said, and a damaged index is", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const { entries } = await during(async () => {
    await mkdir(join(workspace, "new"));
    await git(join(workspace, "new"), "init", "-q");
    await git(join(workspace, "new"), "config", "status.showUntrackedFiles", "no");
    await git(join(workspace, "new"), "config", "submodule.a.ignore", "all");
    await writeInto(workspace, "new/.git/index", "DIRC damaged");
  });
  const said = entries.filter(({ kind }) => kind === "what git shows");
  expect(said.map(({ detail }) => detail?.split(";")[0])).toEqual([
    "has an index that can't be read",
    "sets status.showuntrackedfiles",
    "sets submodule.a.ignore",
  ]);
});

test("links and alternates are followed as the kernel follows them", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await git(workspace, "init", "-q");
  await writeInto(workspace, "deep/er/file", "");
  const links: readonly (readonly [path: string, target: string])[] = [
    ["up", "deep/er"],
    ["out1", "up/../../../etc/passwd"],
    ["a", "."],
    ["out2", "a/../x"],
    ["chain", "out1"],
    ["loop", "loop"],
    ["absolute", join(workspace, "up/../../../etc")],
    ["fine", "up/../er/file"],
    ["fine2", join(workspace, "deep/er/file")],
  ];
  const { entries } = await during(async () => {
    for (const [path, target] of links) await symlink(target, join(workspace, path));
    for (const [index, line] of ["../../../up/../../../x", "../../../a/.."].entries()) {
      await mkdir(join(workspace, `r${index}`));
      await git(join(workspace, `r${index}`), "init", "-q");
      await writeInto(workspace, `r${index}/.git/objects/info/alternates`, `${line}\n`);
    }
    await mkdir(join(workspace, "r3"));
    await git(join(workspace, "r3"), "init", "-q");
    await writeInto(workspace, "r3/.git/objects/info/alternates", "../../../store\n");
    await writeInto(workspace, "store/info/alternates", "/etc/objects\n");
  });
  const leaving = entries.filter(({ kind }) => kind === "links out of the workspace");
  expect(leaving.map(({ path }) => path).toSorted()).toEqual(["absolute", "chain", "out1", "out2"]);
  const disabled = entries.filter(({ change }) => change === "disabled").map(({ path }) => path);
  expect(disabled.toSorted()).toEqual(["r0/.git", "r1/.git", "r3/.git"]);
  recordScore({
    row: 52,
    test: "ways out through links",
    attempts: 7,
    blocked: leaving.length + disabled.length,
    // By their text out1, out2 and the alternates of r0 and r3 stay inside
    controlSucceeded: 5,
  });
});

test("an index of any kind is read, and one of a sandbox's making takes no time", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await createRepository(workspace);
  const damaged = await readFile(join(workspace, ".git/index"));
  await rm(join(workspace, ".git/index"));
  // A count of entries that aren't there
  damaged.writeUInt32BE(0xffffffff, 8);
  const { entries } = await during(() => writeFile(join(workspace, ".git/index"), damaged));
  expect(entries.map(({ detail }) => detail?.split(";")[0])).toEqual([
    "has an index that can't be read",
  ]);
});

test("large lists of refs are read in time, while the process answers", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace } = folder;
  await git(workspace, "init", "-q");
  const packed = join(workspace, ".git/packed-refs");
  const id = "0".repeat(39);
  const lines = Array.from({ length: 90_000 }, (_, index) => `${id}1 refs/replace/${index}\n`);
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  for (const text of [lines.join(""), "x refs/replace/".repeat(4_000_000)]) {
    await writeFile(packed, text);
    using root = Folder.openRoot(join(workspace, ".git"));
    const { views } = await readGitDirViews(root, gitFolder, {
      budget: createScanBudget(startLimits),
    });
    expect(views.some((view) => view.id === "replace")).toBe(true);
  }
  clearInterval(timer);
  expect(longest).toBeLessThan(2000);
});

test("an index that is as it was isn't read again; one that was written to is, whatever its times and size say", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace } = folder;
  await git(workspace, "init", "-q");
  for (let count = 0; count < 100; count++) await writeInto(workspace, `file-${count}`, "");
  await git(workspace, "add", ".");
  const index = join(workspace, ".git/index");
  using root = Folder.openRoot(join(workspace, ".git"));
  const look = async (known = {}): Promise<{ bytes: number } & RepositoryViews> => {
    const budget = createScanBudget(startLimits);
    let bytes = 0;
    const spend: typeof budget.spend = (what, count = 1) => {
      if (what === "bytes") bytes += count;
    };
    const found = await readGitDirViews(root, gitFolder, { budget: { ...budget, spend }, known });
    return { ...found, bytes };
  };
  const plain = await readFile(index);
  await git(workspace, "update-index", "--assume-unchanged", "file-7");
  const flagged = await readFile(index);
  await writeFile(index, plain);
  // It could be written to again within the same tick
  const young = await look();
  const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 10_000);
  onTestFinished(() => clock.mockRestore());
  const first = await look(young.known);
  const before = await stat(index);
  expect(Math.min(young.bytes, first.bytes)).toBeGreaterThan(plain.length);
  const second = await look(first.known);
  expect(second.bytes).toBeLessThan(plain.length);
  expect(second.known).toEqual(first.known);
  await writeFile(index, flagged);
  await utimes(index, before.atime, before.mtime);
  const third = await look(first.known);
  expect(third.views.map(({ text }) => text)).toEqual([expect.stringContaining("file-7")]);
  // What goes by these takes it for the same
  const { ino, size, mtime } = await stat(index);
  expect({ ino, size, mtime }).toEqual({
    ino: before.ino,
    size: before.size,
    mtime: before.mtime,
  });
});
