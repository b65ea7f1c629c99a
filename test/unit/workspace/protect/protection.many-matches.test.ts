import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { Folder } from "../../../../src/base/fs/beneath.ts";
import { parseHideRules } from "../../../../src/workspace/hide/hide-rules.ts";
import { createScanBudget, startLimits } from "../../../../src/workspace/scan-budget.ts";
import { planProtection } from "../../../../src/workspace/protect/protection.ts";
import { scanWorkspace } from "../../../../src/workspace/scan/scan.ts";
import { createGitFolder, git } from "../../../support/git.ts";
import { recordScore } from "../../../support/scoreboard.ts";
import { toLooked, toWorkspaceRoot } from "../../../support/workspace-root.ts";

async function plan(workspace: string) {
  using root = Folder.openRoot(workspace);
  const scan = await scanWorkspace(root, workspace, {
    hide: parseHideRules(["default"]),
    deep: false,
    budget: createScanBudget(startLimits),
  });
  const { own, notes } = await planProtection(toLooked(toWorkspaceRoot(workspace, root), scan), {
    protect: "default",
    hides: true,
    budget: createScanBudget(startLimits),
  });
  const readOnly = own.filter(({ bind }) => bind.readOnly).map(({ bind }) => bind.target);
  const isProtected = (path: string): boolean =>
    readOnly.some(
      (one) => join(workspace, path) === one || join(workspace, path).startsWith(`${one}/`),
    );
  return { mounts: own.length, readOnly, isProtected, notes };
}

const program = "#!/bin/sh\n";

/** A repository whose hook takes programs by a pattern; the user has some, then a sandbox makes many. */
async function flood(
  workspace: string,
  pattern: string,
  {
    users,
    count,
    toPath,
  }: {
    readonly users: readonly string[];
    readonly count: number;
    readonly toPath: (index: number) => string;
  },
): Promise<readonly string[]> {
  await mkdir(workspace, { recursive: true });
  await git(workspace, "init", "-q");
  const hook = `#!/bin/sh\nfor t in ${pattern}; do sh "$t"; done\n`;
  await writeFile(join(workspace, ".git/hooks/pre-commit"), hook, { mode: 0o755 });
  const write = async (path: string): Promise<void> => {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), program, { mode: 0o755 });
  };
  for (const path of users) await write(path);
  await sleep(20);
  const made = Array.from({ length: count }, (_, index) => toPath(index));
  for (const path of made) await write(path);
  return made;
}

test("programs that a pattern fits to in one folder are protected with it, however many a sandbox makes", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  const users = ["tests/a.sh", "tests/z.sh"];
  const made = await flood(path, "tests/*.sh", {
    users,
    count: 600,
    toPath: (n) => `tests/${n}.sh`,
  });
  await writeFile(join(path, "outside.sh"), program, { mode: 0o755 });
  await symlink("../outside.sh", join(path, "tests/link.sh"));
  const { mounts, isProtected, notes } = await plan(path);
  expect([...users, ...made].filter((one) => !isProtected(one))).toEqual([]);
  expect(mounts).toBeLessThan(20);
  expect(notes.join("\n")).toContain('"tests/link.sh" is a symbolic link');
  // The control: each by itself is more than a start can mount
  expect(users.length + made.length).toBeGreaterThan(500);
});

test("programs of many folders that a pattern fits to are protected with the folder that it names", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  const users = ["packages/a/check.sh", "packages/z/check.sh"];
  const made = await flood(path, "packages/*/check.sh", {
    users,
    count: 600,
    toPath: (n) => `packages/p${n}/check.sh`,
  });
  const { mounts, isProtected, notes } = await plan(path);
  expect([...users, ...made].filter((one) => !isProtected(one))).toEqual([]);
  expect(mounts).toBeLessThan(20);
  expect(notes).toEqual([
    `"packages" is read-only: a pattern of git's settings or hooks takes programs from 602 folders in it`,
  ]);
});

const ownFolder: readonly (readonly [string, readonly string[], (n: number) => string])[] = [
  ["./*.sh", ["b.sh", "y.sh"], (n) => `${n}.sh`],
  ["*/check.sh", ["b/check.sh", "y/check.sh"], (n) => `p${n}/check.sh`],
];

test.each(ownFolder)(
  "where the pattern %s goes through the repository itself, the oldest programs are protected, and the rest is said",
  async (pattern, users, toPath) => {
    await using folder = await createGitFolder();
    const { path } = folder;
    const made = await flood(path, pattern, { users, count: 600, toPath });
    const { mounts, isProtected, notes } = await plan(path);
    expect(users.filter((one) => !isProtected(one))).toEqual([]);
    expect(mounts).toBeLessThan(120);
    const left = made.filter((one) => !isProtected(one)).length;
    expect(left).toBeGreaterThan(500);
    expect(notes.join("\n")).toContain(
      `${left} programs in "." aren't protected: a pattern of git's settings or hooks takes more than 50 there`,
    );
    // The control: by name, the sandbox chooses which ones are left out
    const first = [...users, ...made].toSorted().slice(0, 50);
    recordScore({
      row: 28,
      test: `the user's own programs among many that a hook's pattern fits to: ${pattern}`,
      attempts: users.length,
      blocked: users.length,
      controlSucceeded: users.filter((one) => !first.includes(one)).length,
    });
  },
);
