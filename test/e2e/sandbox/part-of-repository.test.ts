import { execFileSync } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git } from "../../support/git.ts";
import { createWorld } from "../../support/sandbox-world.ts";

// Issue 8, 4: a workspace below the repository's top has no git at all, and nothing says why

test("a workspace below the repository's top says why git finds none, and what it says works from there", async () => {
  await using world = await createWorld();
  const top = await realpath(world.workspace);
  const inner = join(top, "packages/one two");
  await mkdir(inner, { recursive: true });
  await writeFile(join(inner, "a"), "a\n");
  await git(top, "init", "-q", "-b", "main");
  await git(top, "add", ".");
  await git(top, "commit", "-q", "-m", "one");
  const command = ["sh", "-c", "pwd; git status --short; git log --format=%s; ls"];
  const part = await world.run(["run", "--", ...command], { cwd: inner });
  expect(part.stderr).toContain("fatal: not a git repository");
  const [, advice = ""] = /with all of it: (vaultbox run .*)$/m.exec(part.stderr) ?? [];
  expect(part.stderr).toContain(
    `vaultbox: git finds no repository in the sandbox: only a part of the one at "${top}" is mounted; with all of it: vaultbox run --workspace ${top} -- sh -c '`,
  );
  // Followed literally, by a shell
  const script = advice.replace(/^vaultbox /, "");
  const args = ["-c", `printf '%s\\0' ${script}`];
  const words = execFileSync("sh", args, { encoding: "utf8" }).split("\0").slice(0, -1);
  const whole = await world.run(words, { cwd: inner });
  expect([whole.status, whole.stdout]).toEqual([0, `${inner}\none\na\n`]);
  expect(whole.stderr).not.toContain("git finds no repository");
});

test("the command starts in the current folder when the sandbox has it, and at the workspace's top otherwise", async () => {
  await using world = await createWorld(1000);
  const top = await realpath(world.workspace);
  for (const name of ["in/deep", "private/x", "closed"]) {
    await mkdir(join(top, name), { recursive: true });
  }
  await writeFile(join(top, "vaultbox.yaml"), "version: 1\nworkspace: {hide: [private/]}\n");
  await chown(join(top, "closed"), 0, 0);
  await chmod(join(top, "closed"), 0o700);
  await world.run(["trust", "--yes"]);
  const outside = await realpath(await mkdtemp(join(tmpdir(), "vbo-")));
  const starts = async (cwd: string): Promise<string> =>
    (await world.run(["run", "--workspace", top, "--", "pwd"], { cwd })).stdout.trim();
  const places = ["in/deep", "private", "private/x", "closed"].map((name) => join(top, name));
  const found: string[] = [];
  for (const cwd of [...places, outside]) found.push(await starts(cwd));
  await rm(outside, { recursive: true });
  expect(found).toEqual([join(top, "in/deep"), top, top, top, top]);
});
