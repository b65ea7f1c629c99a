import { execFileSync } from "node:child_process";
import { cp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { git } from "../../support/git.ts";
import { createWorld, untilClosed, untilOutput } from "../../support/sandbox-world.ts";
import { createFolders } from "../../support/root-folders.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";

const remote = "https://git.example.com/victim/private.git";

/** What is in a folder, but for what a test doesn't ask about. */
async function marks(base: string): Promise<readonly string[]> {
  return (await readdir(base)).filter((name) => name.startsWith("RAN"));
}

/** Run in git's folder of the repository: the user's git writes through the link, and runs the command. */
const plant = (base: string, name: string): string =>
  `rm -f logs/HEAD; ln -s ${base}/RAN-log-${name} logs/HEAD; mkdir rebase-merge; cd rebase-merge;
  echo "exec touch ${base}/RAN-exec-${name}" > git-rebase-todo; git rev-parse HEAD > onto; cp onto orig-head;
  echo refs/heads/main > head-name; : > interactive`;

async function useGit(folder: string): Promise<void> {
  await git(folder, "commit", "-q", "--allow-empty", "-m", "three").catch(() => undefined);
  await git(folder, "rebase", "--continue").catch(() => undefined);
}

test("what a sandbox leaves in a repository outside of its workspace is held, also when it was killed", async () => {
  await using world = await createWorld();
  await createFolders(world);
  const base = world.workspace;
  const [main, wt] = [join(base, "main"), join(base, "wt")];
  const work = `cd ${main}/.git; ${plant(base, "end")}`;
  const ended = await world.run(["run", "--workspace", wt, "--", "sh", "-c", work]);
  expect(ended.status).toBe(0);
  expect(ended.stderr).toContain(`disabled: ${main}/.git is in the middle of a rebase`);
  expect(ended.stderr).toContain("leads elsewhere with logs/HEAD");
  await useGit(main);
  const fromEnded = await marks(base);
  const killed = `cd ${main}/.git; rm -rf rebase-merge; ${plant(base, "kill")}; echo planted; sleep 60`;
  const child = world.spawn(["run", "--workspace", wt, "--", "sh", "-c", killed]);
  await untilOutput(child, "planted");
  child.kill("SIGKILL");
  await untilClosed(child);
  // Whichever the next run is
  const next = await world.run(["run", "--workspace", join(base, "ws"), "--", "true"]);
  expect(next.stderr).toContain(`disabled: ${main}/.git is in the middle of a rebase`);
  await useGit(main);
  const fromKilled = await marks(base);
  // The control: the same without a session around it
  await cp(main, join(base, "naive"), { recursive: true });
  await git(join(base, "naive"), "worktree", "prune");
  execFileSync("sh", ["-c", `rm -rf rebase-merge; ${plant(base, "naive")}`], {
    cwd: join(base, "naive/.git"),
  });
  await useGit(join(base, "naive"));
  const control = await marks(base);
  expect([fromEnded, fromKilled, control.toSorted()]).toEqual([
    [],
    [],
    ["RAN-exec-naive", "RAN-log-naive"],
  ]);
  recordScore({
    row: 28,
    test: "a repository outside of the workspace",
    attempts: 4,
    blocked: 4 - fromKilled.length,
    controlSucceeded: control.length,
  });
});

test("a repository in a writable mount is protected, hidden in and held, and its new remotes aren't the user's", async () => {
  await using world = await createWorld();
  await createFolders(world);
  const base = world.workspace;
  const other = join(base, "other");
  await writeFile(join(other, ".env"), "CANARY");
  const evil = (name: string): string =>
    `git init -q ${name}; rm -rf ${name}/.git/hooks; git -C ${name} config core.fsmonitor "touch ${base}/RAN-${name}; false"`;
  const work = `cd ${other}; cat .env; echo x >> .git/config; echo x > .git/hooks/pre-commit; ${evil("sub")}
    git init -q new; git -C new remote add origin ${remote}; echo x > package.json`;
  const args = ["run", "--workspace", join(base, "ws"), "--mount", `${other}:rw`, "--", "sh", "-c"];
  const { stdout, stderr } = await world.run([...args, work]);
  expect(stdout).toBe("");
  expect(stderr).toContain(`hidden from the sandbox: ${other}/.env`);
  expect(stderr).toContain(`disabled: ${other}/sub/.git sets core.fsmonitor`);
  expect(stderr).toContain(`npm scripts: ${other}/package.json (new)`);
  expect(await readFile(join(other, ".git/config"), "utf8")).not.toContain("x\n");
  expect(await readdir(join(other, ".git/hooks"))).not.toContain("pre-commit");
  await git(join(other, "sub"), "status").catch(() => undefined);
  const ran = await marks(base);
  const shown = await world.run(["policy", "show", "--json"], { cwd: join(other, "new") });
  expect(JSON.parse(shown.stdout)).toMatchObject({ git: [] });
  // The control: nothing is protected or hidden, and the user adds the remote
  const project = "version: 1\nworkspace: {hide: [], protect: none}\n";
  await writeFile(join(base, "ws/vaultbox.yaml"), project);
  await world.run(["trust", "--yes"], { cwd: join(base, "ws") });
  const naive = await world.run([...args, `cd ${other}; cat .env; ${evil("naive")}`]);
  expect(naive.stdout).toBe("CANARY");
  await git(join(other, "naive"), "status").catch(() => undefined);
  await git(other, "remote", "add", "origin", remote);
  const own = await world.run(["policy", "show", "--json"], { cwd: other });
  expect(JSON.parse(own.stdout)).toMatchObject({ git: [{}] });
  const control = await marks(base);
  expect([ran, control]).toEqual([[], ["RAN-naive"]]);
  recordScore({
    row: 57,
    test: "a repository and a remote that a session leaves in a writable mount",
    attempts: 4,
    blocked: 4,
    controlSucceeded: 3,
  });
});

describe("a session in a folder around a repository that isn't protected there, and that another one works in", () => {
  const sessions = openShared(async (stack) => {
    const world = stack.use(await createWorld());
    await createFolders(world);
    const base = world.workspace;
    const around = join(base, "main");
    // Found by the look through the workspace alone
    await git(around, "worktree", "add", "-q", "-b", "fourth", join(base, "ws/in"));
    await writeFile(join(around, "vaultbox.yaml"), "version: 1\nworkspace: {protect: none}\n");
    await world.run(["trust", "--yes"], { cwd: around });
    /** What a session in one folder comes to while another one runs in another. */
    const run = async (first: string, second: string) => {
      const [one, other] = [join(base, first), join(base, second)];
      const wait = ["run", "--workspace", one, "--", "sh", "-c", "echo on; sleep 60"];
      const child = world.spawn(wait);
      await untilOutput(child, "on");
      const result = await world.run(["run", "--workspace", other, "--", "true"]);
      child.kill("SIGTERM");
      await untilClosed(child);
      return result;
    };
    return { world, around, run };
  });

  test.each([
    ["wt", "main"],
    ["ws", "main"],
    ["main", "wt"],
    ["main", "ws"],
  ])("is refused: the first in %s, then one in %s", async (first, second) => {
    const { status, stderr } = await sessions().run(first, second);
    expect(stderr).toContain("linked work trees: git worktree add");
    expect(status).toBe(125);
    const test = `sessions around a repository that is mounted beside a workspace: ${first}, ${second}`;
    recordScore({ row: 47, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
  });

  test("runs where it's protected (control)", async () => {
    const { world, around, run } = sessions();
    const folders = await readFile(join(world.home, "../v/state/writable-folders.json"), "utf8");
    expect(folders).toContain(`"${around}`);
    await writeFile(join(around, "vaultbox.yaml"), "version: 1\n");
    await world.run(["trust", "--yes"], { cwd: around });
    expect((await run("wt", "main")).status).toBe(0);
    const test = "sessions around a repository that is mounted beside a workspace: control";
    recordScore({ row: 47, test, attempts: 0, blocked: 0, controlSucceeded: 1 });
  });
});

test("everyday git works in a linked work tree whose repository is elsewhere", async () => {
  await using world = await createWorld();
  await createFolders(world);
  const wt = join(world.workspace, "wt");
  const work = `set -e; git switch -q -c t; for i in 1 2 3; do echo $i > f$i; git add f$i; git commit -q -m f$i; done
    git rebase -q --exec true HEAD~2; git stash list; git worktree add -q sub; git worktree remove sub; git tag v1
    git gc -q; git reflog expire --expire=now --all; git gc -q --prune=now; git log --format=%s | tr '\\n' ' '`;
  const { status, stdout, stderr } = await world.run([
    "run",
    "--fail-on-handoff",
    "--workspace",
    wt,
    "--",
    "sh",
    "-c",
    work,
  ]);
  expect(stderr).not.toContain("disabled");
  expect([status, stdout]).toEqual([0, "f3 f2 f1 two one "]);
  expect(await git(wt, "fsck")).toBe("");
});

test("a mount in the workspace leaves no folder of another user's there", async () => {
  await using world = await createWorld(1000);
  const base = world.workspace;
  await using beside = await createWorld(1000);
  await writeFile(join(beside.workspace, "file"), "shown\n");
  const mounts = [
    "--mount",
    `${beside.workspace}:${base}/in/side:rw`,
    "--mount",
    `${beside.workspace}/file:${base}/one/file`,
  ];
  const work = "cat in/side/file one/file; mkdir one/kept";
  const { stdout } = await world.run(["run", ...mounts, "--", "sh", "-c", work]);
  expect(stdout).toBe("shown\nshown\n");
  expect([await readdir(base), await readdir(join(base, "one"))]).toEqual([["one"], ["kept"]]);
  expect((await stat(join(base, "one"))).uid).toBe(1000);
});

test("beside a bare repository a work tree is all that a session has of the work trees there", async () => {
  await using world = await createWorld();
  await createFolders(world);
  const base = world.workspace;
  const bare = join(base, "x.git");
  await git(base, "clone", "-q", "--bare", "main", "x.git");
  for (const name of ["one", "trees/two"]) await git(bare, "worktree", "add", "-q", name);
  await writeFile(join(bare, "trees/two/.env"), "CANARY");
  const work = `ln -s a b; git add b; git -c user.name=a -c user.email=a@b commit -q -m three && git log -1 --format=%s
    cat ../trees/two/.env; echo x > ../trees/two/x; mv ../trees ../t; ln -s /x ../logs/y; mkdir -p ../logs/z; touch ../logs/z/.git; ln -s /x ../logs/z/y`;
  const args = ["run", "--workspace", join(bare, "one"), "--", "sh", "-c"];
  const { stdout, stderr } = await world.run([...args, work]);
  expect(stdout).toBe("three\n");
  // A link of the work tree is none of the repository
  expect(await git(join(bare, "one"), "status", "--short")).toBe("");
  expect(stderr).not.toContain(join(bare, "one"));
  expect(stderr).toContain("leads elsewhere with logs/y");
  expect(await readdir(join(bare, "trees/two"))).not.toContain("x");
  expect((await readdir(join(bare, "logs/z"))).join()).toMatch(/y\.vaultbox-disabled-/);
});

test("a part of a repository is not mounted writable without its repository", async () => {
  await using world = await createWorld();
  await createFolders(world);
  const base = world.workspace;
  const run = (source: string, ...more: readonly string[]) =>
    world.run(["run", "--workspace", join(base, "ws"), "--mount", source, ...more, "--", "true"]);
  const hooks = join(base, "other/.git/hooks");
  const refused = await run(`${hooks}:/h:rw`);
  expect([refused.status, refused.stderr]).toEqual([
    125,
    expect.stringContaining("is a part of the repository"),
  ]);
  // What the hints say works
  const whole = await run(`${join(base, "other/.git")}:rw`);
  const allowed = await run(`${hooks}:/h:rw`, "--allow-mount", hooks);
  const readable = await run(`${hooks}:/h`);
  expect([whole.status, allowed.status, readable.status]).toEqual([0, 0, 0]);
});
