import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { Folder } from "../../../src/base/fs/beneath.ts";
import { scanThrough } from "../../../src/workspace/handoff/found.ts";
import { sortMade } from "../../../src/workspace/handoff/made-repositories.ts";
import { inspectHandoff } from "../../../src/workspace/handoff/inspect-handoff.ts";
import { readKnownGitDirs } from "../../../src/workspace/handoff/baseline.ts";
import type { Handoff } from "../../../src/workspace/handoff/handoff.ts";
import {
  createScanBudget,
  startLimits,
  type ScanBudget,
  type ScanLimits,
} from "../../../src/workspace/scan-budget.ts";
import { isHarmless } from "../../../src/workspace/git-dir/git-setting.ts";
import { planProtection } from "../../../src/workspace/protect/protection.ts";
import { scanWorkspace } from "../../../src/workspace/scan/scan.ts";
import { git, runGit } from "../../support/git.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { toLooked, toWorkspaceRoot } from "../../support/workspace-root.ts";

/** Not root, for whom no folder is closed. */
const user = 1000;

interface Tree extends AsyncDisposable {
  readonly path: string;
}

/** A folder of the user with an evil repository in `n`. */
async function createTree(): Promise<Tree> {
  const path = await realpath(await mkdtemp(join(tmpdir(), "vbc-")));
  await mkdir(join(path, "n"));
  await git(join(path, "n"), "init", "-q", ".");
  await git(join(path, "n"), "config", "core.fsmonitor", "evil");
  await mkdir(join(path, "n/.git/rebase-merge"));
  await writeFile(join(path, "n/.git/rebase-merge/git-rebase-todo"), "exec evil\n");
  await writeFile(join(path, "n/.git/hooks/pre-commit"), "evil\n", { mode: 0o755 });
  for (const name of ["", "n", "n/.git", "n/.git/config", "n/.git/hooks", "n/.git/rebase-merge"]) {
    await chown(join(path, name), user, user);
  }
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      for (const name of ["", "n", "n/.git"]) await chmod(join(path, name), 0o755).catch(() => {});
      await rm(path, { recursive: true, force: true });
    },
  };
}

async function asUser<T>(work: () => Promise<T>): Promise<T> {
  // Nobody else may read root's list of folders
  vi.stubEnv("VAULTBOX_HOME", "/nonexistent");
  process.seteuid?.(user);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    vi.unstubAllEnvs();
  }
}

function createBudget(limits: Partial<ScanLimits> = {}): ScanBudget {
  return createScanBudget({ ...startLimits, ...limits });
}

/** As at the end of a session before which nothing was there. */
async function inspect(path: string): Promise<Handoff> {
  using root = Folder.openRoot(path);
  const baseline = {
    since: 0n,
    executables: new Map(),
    hidden: [],
    special: [],
    repositories: new Map(),
  };
  const options = { protect: "default", budget: createBudget() } as const;
  const left = [{ root: toWorkspaceRoot(path, root), baseline }];
  const found = await scanThrough(left, options);
  return await inspectHandoff(found, {
    ...options,
    onDanger: () => undefined,
    findSharer: () => undefined,
  });
}

describe("folders that can be entered and not listed, or not written, hide nothing from the report and keep no repository", () => {
  function score(name: string, counts: { attempts: 0 | 1; controlSucceeded: 0 | 1 }): void {
    const test = `repositories in folders that can be entered and not listed: ${name}`;
    recordScore({ row: 29, test, blocked: counts.attempts, ...counts });
  }

  test.each([
    ["a folder around a repository that can't be listed", "n", 0o311],
    ["a repository that can't be listed", "n/.git", 0o311],
    ["a folder around a repository that can't be written", "n", 0o555],
  ])("%s", async (title, name, mode) => {
    await using tree = await createTree();
    await chmod(join(tree.path, name), mode);
    const { entries } = await asUser(() => inspect(tree.path));
    expect(entries).toContainEqual(expect.objectContaining({ change: "disabled" }));
    score(title, { attempts: 1, controlSucceeded: 0 });
  });

  test.each([
    ["hooks", "rebase-merge"],
    ["rebase-merge", "hooks"],
  ])("a folder %s in a repository that can't be listed", async (name, other) => {
    await using tree = await createTree();
    await writeFile(join(tree.path, "n/.git/config"), "[core]\n\trepositoryformatversion = 0\n");
    await rm(join(tree.path, "n/.git", other), { recursive: true });
    await chmod(join(tree.path, "n/.git", name), 0o311);
    const { entries } = await asUser(() => inspect(tree.path));
    expect(entries).toMatchObject([{ change: "disabled", path: "n/.git" }]);
    score(name, { attempts: 1, controlSucceeded: 0 });
  });

  test("for git finds what can't be listed (control)", async () => {
    await using control = await createTree();
    const evil = `touch '${join(control.path, "ran")}'; false`;
    await writeFile(join(control.path, "n/.git/config"), `[core]\n\tfsmonitor = "${evil}"\n`);
    for (const name of ["n/.git", "n"]) await chmod(join(control.path, name), 0o311);
    const cwd = join(control.path, "n");
    await runGit(["status"], { cwd, user: { uid: user, gid: user } });
    expect(await readdir(control.path)).toContain("ran");
    score("control", { attempts: 0, controlSucceeded: 1 });
  });
});

test("a folder that its owner could open, and that can't be looked into, is masked at the start", async () => {
  await using tree = await createTree();
  await chmod(join(tree.path, "n"), 0o000);
  const { folders } = await asUser(async () => {
    using root = Folder.openRoot(tree.path);
    const look = { hide: undefined, deep: false, budget: createBudget() };
    const scan = await scanWorkspace(root, tree.path, look);
    const looked = toLooked(toWorkspaceRoot(tree.path, root), scan);
    return await planProtection(looked, { protect: "none", hides: true, budget: createBudget() });
  });
  expect(folders).toMatchObject([{ unlisted: [["n"]] }]);
  // Somebody else's folder is closed to the sandbox too
  await chown(join(tree.path, "n"), 0, 0);
  const other = await asUser(() => inspect(tree.path));
  expect(other.entries).toEqual([]);
});

test("a repository that was there is looked at when too many new files keep the walk from coming there", async () => {
  await using tree = await createTree();
  const { path } = tree;
  using root = Folder.openRoot(path);
  await writeFile(join(path, "n/.git/config"), "[core]\n\trepositoryformatversion = 0\n");
  for (const name of ["hooks", "rebase-merge"]) {
    await rm(join(path, "n/.git", name), { recursive: true });
  }
  const look = { hide: undefined, deep: false, budget: createBudget() };
  const before = await scanWorkspace(root, path, look);
  const own = toWorkspaceRoot(path, root);
  const place = { root: own, roots: [own], protect: "default", budget: createBudget() } as const;
  const repositories = await readKnownGitDirs(before, place);
  const baseline = { since: 0n, executables: new Map(), hidden: [], special: [], repositories };
  await symlink("/nonexistent/.bashrc", join(path, "n/.git/COMMIT_EDITMSG"));
  for (let index = 0; index < 3000; index++) await writeFile(join(path, `f${index}`), "");
  const budget = createBudget({ entries: 2000 });
  const options = { protect: "default", budget } as const;
  const after = await scanThrough([{ root: own, baseline }], options);
  expect(after).toMatchObject([{ scan: { complete: false, repositories: [] } }]);
  const { entries } = await inspectHandoff(after, {
    ...options,
    onDanger: () => undefined,
    findSharer: () => undefined,
  });
  expect(entries).toMatchObject([{ change: "disabled", path: "n/.git" }]);
  // Only the link was taken away
  expect((await readdir(join(path, "n/.git"))).toSorted()).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^COMMIT_EDITMSG\.vaultbox-disabled-/),
      "HEAD",
      "config",
    ]),
  );
});

test("a configuration that is too large to read for what it names stops the start", async () => {
  await using tree = await createTree();
  const { path } = tree;
  const config = `[core]\n\thooksPath = .githooks\n${"#\n".repeat(600_000)}`;
  await writeFile(join(path, "n/.git/config"), config);
  using root = Folder.openRoot(path);
  const look = { hide: undefined, deep: false, budget: createBudget() };
  const scan = await scanWorkspace(root, path, look);
  const plan = planProtection(toLooked(toWorkspaceRoot(path, root), scan), {
    protect: "default",
    hides: true,
    budget: createBudget(),
  });
  await expect(plan).rejects.toMatchObject({ code: "VBX_WORKSPACE_UNSAFE" });
});

test.each([
  ["gc.recentobjectshook", "./evil"],
  ["core.protecthfs", "false"],
  ["core.protectntfs", "no"],
])(
  "a setting that newer versions of git, or other file systems, run something by isn't harmless: %s=%s",
  (key, value) => {
    expect(isHarmless({ key, value })).toBe(false);
  },
);

test.each([
  ["gc.auto", "0"],
  ["core.protecthfs", "true"],
  ["maintenance.commit-graph.enabled", "true"],
])("a setting that runs nothing is harmless: %s=%s", (key, value) => {
  expect(isHarmless({ key, value })).toBe(true);
});

test("objects that a repository takes from outside of the workspace are taken away again", async () => {
  await using tree = await createTree();
  const { path } = tree;
  const info = join(path, "n/.git/objects/info");
  await rm(join(path, "n/.git/hooks"), { recursive: true });
  await rm(join(path, "n/.git/rebase-merge"), { recursive: true });
  await writeFile(join(path, "n/.git/config"), "[core]\n\trepositoryformatversion = 0\n");
  // The control: those of another repository in the workspace
  await writeFile(join(info, "alternates"), `${path}/other/.git/objects\n`);
  expect((await inspect(path)).entries).toMatchObject([{ change: "new", path: "n/.git" }]);
  await writeFile(join(info, "alternates"), "/home/user/private/.git/objects\n");
  expect((await inspect(path)).entries).toMatchObject([{ change: "disabled", path: "n/.git" }]);
});

test("a repository that the start didn't see is disabled when a folder around it was moved to where it would have", async () => {
  await using tree = await createTree();
  const { path } = tree;
  await mkdir(join(path, "node_modules"));
  await rename(join(path, "n"), join(path, "node_modules/n"));
  using root = Folder.openRoot(path);
  const plain = { hide: undefined, deep: false, budget: createBudget() };
  const before = await scanWorkspace(root, path, plain);
  expect(before.repositories).toEqual([]);
  const own = toWorkspaceRoot(path, root);
  const place = { root: own, roots: [own], protect: "default", budget: createBudget() } as const;
  const repositories = await readKnownGitDirs(before, place);
  // Everything in it is older than the session
  const since = BigInt(Date.now() + 60_000) * 1_000_000n;
  const baseline = { since, executables: new Map(), hidden: [], special: [], repositories };
  const look = async () => {
    const options = { protect: "default", budget: createBudget() } as const;
    const found = await scanThrough([{ root: own, baseline }], options);
    const made = found.flatMap(({ repositories: all }) => sortMade(all).made);
    return {
      made,
      ...(await inspectHandoff(found, {
        ...options,
        onDanger: () => undefined,
        findSharer: () => undefined,
      })),
    };
  };
  expect(await look()).toMatchObject({ entries: [], made: [] });
  await rename(join(path, "node_modules/n"), join(path, "n"));
  expect(await look()).toMatchObject({
    entries: [{ change: "disabled", path: "n/.git" }],
    made: ["n/.git"],
  });
});
