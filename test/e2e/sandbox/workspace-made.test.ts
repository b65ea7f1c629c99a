import { randomBytes } from "node:crypto";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { git } from "../../support/git.ts";
import {
  createWorld,
  untilClosed,
  untilOutput,
  type SandboxWorld,
} from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";

const url = "https://git.example.com/victim/private.git";

async function readDefaults(world: SandboxWorld, folder = ""): Promise<readonly unknown[]> {
  const cwd = join(world.workspace, folder);
  const { stdout } = await world.run(["policy", "show", "--json"], { cwd });
  return (JSON.parse(stdout) as { readonly git: readonly unknown[] }).git;
}

const makings: Readonly<Record<string, string>> = {
  "git init": `git init -q . && git remote add origin ${url}`,
  "a .git file": `git init -q --bare store && git -C store remote add origin ${url} && git -C store config core.bare false && git -C store config core.worktree .. && echo 'gitdir: store' > .git`,
  "files that look like a bare one": `mkdir -p t objects refs && git init -q t && mv t/.git .git && git remote add origin ${url} && echo 'ref: refs/heads/main' > HEAD`,
};

describe("a remote that a sandbox chose isn't read by default", () => {
  function score(name: string, attempts: number, controlSucceeded = 0): void {
    const test = `remotes that a sandbox wrote, read by default in the next run: ${name}`;
    recordScore({ row: 29, test, attempts, blocked: attempts, controlSucceeded });
  }

  test.each(Object.entries(makings))("in a repository by %s", async (name, script) => {
    await using world = await createWorld();
    expect((await world.run(["run", "--", "sh", "-c", script])).status).toBe(0);
    expect(await readDefaults(world)).toEqual([]);
    expect((await world.run(["run", "--", "true"])).status).toBe(0);
    expect(await readDefaults(world)).toEqual([]);
    score(name, 2);
  });

  test("while the session that made it runs, and when it died before it could say so", async () => {
    await using world = await createWorld();
    const script = `${makings["git init"]}; echo ready; sleep 60`;
    const child = world.spawn(["run", "--", "sh", "-c", script]);
    await untilOutput(child, "ready");
    expect(await readDefaults(world)).toEqual([]);
    child.kill("SIGKILL");
    await untilClosed(child);
    expect(await readDefaults(world)).toEqual([]);
    const { stderr } = await world.run(["run", "--", "true"]);
    expect(stderr).toContain("was made in a sandbox");
    expect(await readDefaults(world)).toEqual([]);
    // Named by the user, it counts
    const named = await world.run(["policy", "show", "--json", "--git", url]);
    expect(JSON.parse(named.stdout)).toMatchObject({ git: [{}] });
    score("while its session runs, and when it died", 3);
  });

  test("and of the same repository, made by the user, it is (control)", async () => {
    await using own = await createWorld();
    await git(own.workspace, "init", "-q", "-b", "main");
    await git(own.workspace, "remote", "add", "origin", url);
    await git(own.workspace, "commit", "-q", "--allow-empty", "-m", "one");
    const work = "git checkout -q -b agent; git init -q n; git worktree add -q wt -b wt";
    await own.run(["run", "--", "sh", "-c", work]);
    expect(await readDefaults(own)).toHaveLength(1);
    expect(await readDefaults(own, "wt")).toHaveLength(1);
    score("control", 0, 2);
  });
});

test.each([
  ["the work tree", "git checkout -q side", ""],
  ["a new work tree", "git worktree add -q wt side", "wt"],
])(
  "which of the user's remotes is read isn't chosen by the branch that a sandbox leaves in HEAD of %s",
  async (name, way, folder) => {
    await using world = await createWorld();
    const { workspace } = world;
    await git(workspace, "init", "-q", "-b", "main");
    await git(workspace, "commit", "-q", "--allow-empty", "-m", "one");
    await git(workspace, "remote", "add", "origin", "https://git.example.com/acme/pub.git");
    await git(workspace, "remote", "add", "priv", url);
    await git(workspace, "branch", "-q", "side");
    await git(workspace, "config", "branch.side.remote", "priv");
    await world.run(["run", "--", "sh", "-c", way]);
    expect(JSON.stringify(await readDefaults(world, folder))).not.toContain("victim");
    // The control: the user goes to that branch, and a branch without a remote of its own changes nothing
    await using own = await createWorld();
    for (const args of ["init -q -b main", `remote add origin ${url}`, `remote add priv ${url}`])
      await git(own.workspace, ...args.split(" "));
    await git(own.workspace, "commit", "-q", "--allow-empty", "-m", "one");
    await git(own.workspace, "config", "branch.side.remote", "priv");
    await git(own.workspace, "checkout", "-q", "-b", "side");
    await own.run(["run", "--", "git", "commit", "-q", "--allow-empty", "-m", "two"]);
    expect(JSON.stringify(await readDefaults(own))).toContain("victim");
    const test = `remotes that a sandbox chose by the branch in HEAD: ${name}`;
    recordScore({ row: 29, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
  },
);

test("what a remote of the user's repository becomes in an unprotected sandbox isn't read by default", async () => {
  await using world = await createWorld();
  await git(world.workspace, "init", "-q", "-b", "main");
  await git(world.workspace, "remote", "add", "origin", "https://git.example.com/own/x.git");
  await writeFile(
    join(world.workspace, "vaultbox.yaml"),
    "version: 1\nworkspace: {protect: none}\n",
  );
  await world.run(["trust", "--yes"]);
  await world.run(["run", "--", "git", "commit", "-q", "--allow-empty", "-m", "x"]);
  expect(await readDefaults(world)).toHaveLength(1);
  await world.run(["run", "--", "git", "remote", "set-url", "origin", url]);
  expect(await readDefaults(world)).toEqual([]);
});

test("three names that make a folder look like a bare repository neither show its secrets nor open its repository", async () => {
  await using world = await createWorld();
  const { workspace } = world;
  const canary = randomBytes(20).toString("hex");
  await git(workspace, "init", "-q", "-b", "main");
  const files = [".env", "sub/.env", ".env~", "..env.swp", ".env_prod", "id_rsa.bak", "real/conf"];
  for (const folder of ["sub", "real"]) await mkdir(join(workspace, folder));
  for (const name of files) await writeFile(join(workspace, name), canary);
  // A link to a link, through a folder that is one
  await symlink("real", join(workspace, "shared"));
  await symlink("shared/conf", join(workspace, "again"));
  await symlink("again", join(workspace, ".env.test"));
  const fake = "mkdir -p objects refs; echo 'ref: refs/heads/main' > HEAD";
  expect((await world.run(["run", "--", "sh", "-c", fake])).status).toBe(0);
  const look = `grep -rl ${canary.slice(0, 4)}'${canary.slice(4)}' .; echo x >> .git/config || echo held`;
  const { stdout } = await world.run(["run", "--", "sh", "-c", look]);
  expect(stdout).toBe("held\n");
  await writeFile(join(workspace, "vaultbox.yaml"), "version: 1\nworkspace: {hide: []}\n");
  await world.run(["trust", "--yes"]);
  const control = await world.run(["run", "--", "sh", "-c", look]);
  expect(control.stdout.split("\n").length).toBe(files.length + 2);
});
