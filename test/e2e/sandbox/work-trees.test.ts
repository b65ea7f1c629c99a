import { execFile, execFileSync } from "node:child_process";
import { promisify } from "node:util";
import { existsSync } from "node:fs";
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rm,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { git } from "../../support/git.ts";
import { createFolders } from "../../support/root-folders.ts";
import { createWorld, untilClosed, untilOutput } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";

const run = promisify(execFile);

/** Each by itself, in the folder of git's that has a work tree's own: what git would run or lose in that tree. */
const arms = (base: string): readonly string[] => [
  `mkdir o; printf '[core]\\n\\tfsmonitor = "touch ${base}/RAN-common; false"\\n' > o/config; cp ../../HEAD o; mkdir o/objects o/refs; rm -f commondir; echo o > commondir`,
  `printf '[core]\\n\\tfsmonitor = "touch ${base}/RAN-own; false"\\n' > config.worktree`,
  `rm -f logs/HEAD; ln -s ${base}/RAN-log logs/HEAD`,
  `mkdir rebase-merge; cd rebase-merge; echo "exec touch ${base}/RAN-exec" > git-rebase-todo
    git rev-parse HEAD > onto; cp onto orig-head; echo refs/heads/elsewhere > head-name; : > interactive`,
  "rm -f index; : > index; echo ref: refs/heads/other > HEAD",
];

async function use(tree: string): Promise<void> {
  await git(tree, "status").catch(() => undefined);
  await git(tree, "commit", "-q", "--allow-empty", "-m", "own").catch(() => undefined);
  await git(tree, "rebase", "--continue").catch(() => undefined);
}

test("a work tree that a sandbox doesn't see is neither armed nor lost, whichever work tree of the repository it works in", async () => {
  await using world = await createWorld();
  await createFolders(world);
  const base = world.workspace;
  const [main, tree] = [join(base, "main"), join(base, "elsewhere")];
  await git(main, "config", "extensions.worktreeConfig", "true");
  await git(main, "worktree", "add", "-q", tree);
  const own = join(main, ".git/worktrees/elsewhere");
  // Git removes it with the next `gc` when it takes the work tree for gone
  await utimes(join(own, "index"), new Date("2020-01-01"), new Date("2020-01-01"));
  await cp(main, join(base, "naive"), { recursive: true });
  const tidy = "git gc -q; git worktree prune; git worktree remove --force ../elsewhere;";
  let lost = 0;
  for (const workspace of [main, join(base, "wt")]) {
    const work = arms(base).map((arm) => `(cd ${own} && ${arm})`);
    const args = ["run", "--workspace", workspace, "--", "sh", "-c"];
    const { status } = await world.run([...args, `{ ${tidy} ${work.join("; ")}; } 2>&1; true`]);
    expect(status).toBe(0);
    const [head, index] = [await readFile(join(own, "HEAD"), "utf8"), join(own, "index")];
    if (head !== "ref: refs/heads/elsewhere\n" || !existsSync(index)) lost += 1;
    await use(tree);
  }
  // What git goes by can't be changed while the session runs either
  const settings = arms(base)
    .slice(0, 2)
    .map((arm) => `(cd ${own} && ${arm})`);
  const live = `{ ${settings.join("; ")}; } 2> /dev/null; echo on; sleep 60`;
  const child = world.spawn(["run", "--workspace", main, "--", "sh", "-c", live]);
  await untilOutput(child, "on");
  await git(tree, "status");
  child.kill("SIGTERM");
  await untilClosed(child);
  const ran = (await readdir(base)).filter((name) => name.startsWith("RAN"));
  expect([ran, lost, await git(tree, "status", "--short", "-b")]).toEqual([[], 0, "## elsewhere"]);
  // The control: the same without a sandbox around it
  for (const [index, arm] of arms(base).slice(0, 4).entries()) {
    const [copy, its] = [join(base, `naive${index}`), join(base, `tree${index}`)];
    await cp(join(base, "naive"), copy, { recursive: true });
    await git(copy, "worktree", "add", "-q", "-b", `t${index}`, its);
    execFileSync("sh", ["-c", arm], { cwd: join(copy, `.git/worktrees/tree${index}`) });
    await use(its);
  }
  await cp(tree, join(base, "aside"), { recursive: true });
  execFileSync("sh", ["-c", "mv ../elsewhere ../moved; git worktree prune"], { cwd: main });
  const control = (await readdir(base)).filter((name) => name.startsWith("RAN"));
  expect(control.toSorted()).toEqual(["RAN-common", "RAN-exec", "RAN-log", "RAN-own"]);
  expect(existsSync(own)).toBe(false);
  recordScore({
    row: 28,
    test: "a work tree outside of the sandbox, armed or removed by way of its repository",
    attempts: 2 * (arms(base).length + 1),
    blocked: 2 * (arms(base).length + 1) - ran.length - lost,
    controlSucceeded: control.length + 1,
  });
});

/** Where people work in one repository at the same time, from the folder around all. */
const places = { main: "main", outside: "wt", below: "main/.agents/x" } as const;
const all = Object.values(places);

describe("sessions in the main work tree and in linked ones, outside and below it, run side by side", () => {
  const shared = openShared(async (stack) => {
    const world = stack.use(await createWorld());
    await createFolders(world);
    const main = join(world.workspace, "main");
    await git(main, "worktree", "add", "-q", "-b", "below", join(world.workspace, places.below));
    return world;
  });

  test.each(all)("when the one in %s begins first", async (first) => {
    const world = shared();
    const toArgs = (place: string, script: string): readonly string[] => {
      const workspace = join(world.workspace, place);
      return ["run", "--workspace", workspace, "--", "sh", "-c", script];
    };
    const child = world.spawn(toArgs(first, "echo on; sleep 60"));
    let said = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    await untilOutput(child, "on");
    const commit = "git commit -q --allow-empty -m there && git gc -q && git log -1 --format=%s";
    for (const second of all.filter((one) => one !== first)) {
      const { status, stdout, stderr } = await world.run(toArgs(second, commit));
      expect([second, status, stdout]).toEqual([second, 0, "there\n"]);
      expect(stderr).not.toMatch(/disabled|DANGEROUS/);
    }
    child.kill("SIGTERM");
    await untilClosed(child);
    expect(said).not.toMatch(/disabled|DANGEROUS/);
  });
});

/** Exchanges pairs of entries for each other (renameat2(2), RENAME_EXCHANGE), and prints how often each succeeded. */
const exchange = `
import ctypes, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
names = [os.fsencode(name) for name in sys.argv[1:]]
counts = dict.fromkeys(names, 0)
print("on", flush=True)
until = time.time() + 8
while time.time() < until:
    for name in names: counts[name] += libc.renameat2(-100, name, -100, name + b".planted", 2) == 0
    time.sleep(0.001)
print(*(counts[name] for name in names), flush=True)
`;

test("what a session in the main work tree can move, no other one is started in; what that one mounts, it can't move", async () => {
  await using world = await createWorld();
  await createFolders(world);
  const [base, main] = [world.workspace, join(world.workspace, "main")];
  await git(main, "worktree", "add", "-q", "-b", "below", join(base, places.below));
  const names = [".git", ".agents", places.below.slice("main/".length), "plain"];
  for (const name of [...names.map((one) => `${one}.planted`), "plain"]) {
    await mkdir(join(main, name), { recursive: true });
  }
  const loop = ["python3", "-c", exchange, ...names];
  const child = world.spawn(["run", "--workspace", main, "--", ...loop]);
  let said = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await untilOutput(child, "on");
  const start = async (place: string) =>
    (await world.run(["run", "--workspace", join(base, place), "--", "true"])).status;
  const beside = [await start(places.outside), await start(places.below)];
  // Made after it began: it may be the sandbox's, and can be moved
  await git(main, "worktree", "add", "-q", "-b", "late", join(main, "late"));
  const refused = await world.run(["run", "--workspace", join(main, "late"), "--", "true"]);
  expect(refused.stderr).toContain("it can't move what is a work tree when it begins");
  await untilClosed(child);
  const counts = said.trim().split("\n").at(-1)?.split(" ").map(Number) ?? [];
  expect([beside, refused.status, counts.slice(0, 3)]).toEqual([[0, 0], 125, [0, 0, 0]]);
  // The control: what is no mount point was exchanged all the time
  expect(counts[3]).toBeGreaterThan(0);
  // Without protection nothing is pinned
  await writeFile(join(main, "vaultbox.yaml"), "version: 1\nworkspace: {protect: none}\n");
  await world.run(["trust", "--yes"], { cwd: main });
  const open = world.spawn(["run", "--workspace", main, "--", "sh", "-c", "echo on; sleep 60"]);
  await untilOutput(open, "on");
  const unpinned = await start(places.outside);
  open.kill("SIGTERM");
  await untilClosed(open);
  expect(unpinned).toBe(125);
  recordScore({
    row: 47,
    test: "folders that two sessions share, exchanged by the one around them",
    attempts: 3,
    blocked: counts.slice(0, 3).filter((count) => count === 0).length,
    controlSucceeded: Number((counts[3] ?? 0) > 0),
  });
});

interface Layout {
  /** The work tree that a session is in */
  readonly workspace: string;
  /** All others, which nothing may happen to */
  readonly others: readonly string[];
}

/** From a folder that `make` was run in. */
const layouts: Readonly<Record<string, Layout>> = {
  "the main work tree": { workspace: "main", others: ["wt", "old", places.below] },
  "a linked one": { workspace: "wt", others: ["main", "old", places.below] },
  "a linked one below the main one": { workspace: places.below, others: ["main", "wt", "old"] },
  "a submodule": { workspace: "super/sub", others: ["super"] },
  "a work tree beside a bare repository": { workspace: "bare.git/one", others: ["bare.git/two"] },
};

/** The same names, dates and settings give the same object ids. */
const settings = `export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 LC_ALL=C HOME=/tmp GIT_EDITOR=true GIT_PAGER=cat
export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.com GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.com
export GIT_AUTHOR_DATE='2026-01-02T03:04:05Z' GIT_COMMITTER_DATE='2026-01-02T03:04:05Z'
`;

const make = `${settings}set -e
git init -q -b main source; cd source; for i in 1 2 3; do echo $i > f$i; git add .; git commit -q -m c$i; done; cd ..
git clone -q --bare source remote.git
git clone -q remote.git main; cd main; echo .agents > .git/info/exclude
for tree in ../wt ../old ../gone ${places.below.slice("main/".length)}; do git worktree add -q $tree; done; cd ..
rm -rf gone; touch -d 2020-01-01 main/.git/worktrees/old/index
git init -q -b main super; cd super; git commit -q --allow-empty -m top
git -c protocol.file.allow=always submodule --quiet add ../remote.git sub; git commit -q -m sub; cd ..
git clone -q --bare remote.git bare.git; git -C bare.git config remote.origin.fetch '+refs/heads/*:refs/remotes/origin/*'
for tree in one two; do git -C bare.git worktree add -q $tree; done
git -C source commit -q --allow-empty -m later; git -C source push -q ../remote.git main:later`;

/** Each with what it says and its status. */
const everyday: readonly string[] = [
  "git status --porcelain; git worktree list",
  "git switch -q -c agent/one; echo one >> f1; git commit -q -a -m one; git log -1 --format=%H",
  "echo two > new; git add new; git stash -q; git status --porcelain; git stash pop -q; git commit -q -m two",
  "git switch -q -c agent/two HEAD~1; echo other > f2; git commit -q -a -m other; git merge -q -m merged agent/one",
  "git switch -q -c agent/three HEAD~1; git rebase -q agent/one; git rebase -q --exec true HEAD~1 2> /dev/null; git log -1 --format=%T",
  "git fetch -q origin; git log -1 --format=%s origin/later; git merge -q --ff-only origin/later",
  "git merge -q -m both origin/later; git log -1 --format=%T; git tag v1; git branch -q -D agent/two 2> /dev/null",
  "git worktree add -q sub-tree -b sub-tree; echo w > sub-tree/w; git -C sub-tree add w; git -C sub-tree commit -q -m w; git worktree list",
  "git worktree lock sub-tree; git worktree unlock sub-tree; git worktree remove --force sub-tree; git log -1 --format=%s sub-tree",
  "git worktree add -q /tmp/vbx-$$ -b away; git worktree list | wc -l; git worktree remove /tmp/vbx-$$",
  "git worktree prune -v; git worktree list",
  "git reflog expire --expire=now --all; git gc -q --prune=now; git fsck --no-dangling; git worktree list",
  "git maintenance run --quiet --task=gc; git pack-refs --all; git repack -a -d -q; git prune",
  "git reset -q --hard HEAD~1; git revert --no-edit HEAD > /dev/null; git cherry-pick agent/one 2> /dev/null; git cherry-pick --abort; git status -b --porcelain",
];

async function makeLayouts(base: string): Promise<void> {
  await run("sh", ["-c", make], { cwd: base });
}

function toScript(base: string): string {
  const steps = everyday.map(
    (command, index) => `echo "## ${index}"; { ${command}; } 2>&1; echo "status $?"`,
  );
  return `${settings}{ ${steps.join("\n")}
} | sed 's#${base}#BASE#g; s#vbx-[0-9]*#vbx#g'`;
}

test.for(Object.entries(layouts))(
  "everyday git does in %s what it does there without a sandbox, and nothing to the others",
  { timeout: 240_000 },
  async ([, { workspace, others }]) => {
    await using world = await createWorld();
    const plain = await realpath(await mkdtemp(join(tmpdir(), "vbx-plain-")));
    await using stack = new AsyncDisposableStack();
    stack.defer(() => rm(plain, { recursive: true, force: true }));
    const base = world.workspace;
    await Promise.all([makeLayouts(plain), makeLayouts(base)]);
    const look = () =>
      Promise.all(
        others.map((one) => git(join(base, one), "status", "-b", "--ignore-submodules=all")),
      );
    const before = await look();
    const cwd = join(plain, workspace);
    const expected = await run("sh", ["-c", toScript(plain)], { cwd, maxBuffer: 1e8 });
    const remote = ["--mount", join(base, "remote.git"), "--mount", join(base, "source")];
    const args = ["run", "--workspace", join(base, workspace), ...remote, "--", "sh", "-c"];
    const result = await world.run([...args, toScript(base)], { timeoutMs: 120_000 });
    expect(result.stdout.split("## ")).toEqual(expected.stdout.split("## "));
    expect([result.status, result.stderr]).toEqual([
      0,
      expect.not.stringMatching(/disabled|DANGEROUS/),
    ]);
    expect(await look()).toEqual(before);
  },
);
