import { execFile } from "node:child_process";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { git } from "../../support/git.ts";
import { createWorld } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { writeInto } from "../../support/workspace-folder.ts";

const run = promisify(execFile);
const secret = "hunter2hunter2";
const address = `https://me:${secret}@example.com/x`;

/** Commits, switches and stashes, and says where a secret is read. */
const script = `
git config --global user.name a && git config --global user.email a@example.com
git commit -q --allow-empty -m two && git switch -q -c topic && git commit -q --allow-empty -m three
echo x > .hg/hgrc
mv .hg moved
grep -rl ${secret} . | LC_ALL=C sort
`;

test.each([0, 1000])(
  "no secret of settings or logs is read in a sandbox of uid %i, git works, and its logs are the host's afterwards",
  async (owner) => {
    await using world = await createWorld(owner);
    const { workspace } = world;
    // Git refuses a folder of somebody else
    await run("chown", ["0:0", workspace]);
    await git(workspace, "init", "-q", "-b", "main");
    await git(workspace, "commit", "-q", "--allow-empty", "-m", "one");
    const id = await git(workspace, "rev-parse", "HEAD");
    const log = join(workspace, ".git/logs/HEAD");
    await appendFile(log, `${id} ${id} A <a@b> 1 +0000\tpull ${address} main: Fast-forward\n`);
    const files = [".git/config.worktree", ".git/remotes/old", ".gitmodules", ".hg/hgrc"];
    for (const path of files) await writeInto(workspace, path, `[paths]\nurl = ${address}\n`);
    await writeInto(workspace, ".hg/requires", "store\n");
    await run("chown", ["-R", `${owner}:${owner}`, workspace]);
    const ran = await world.run(["run", "--home", "new", "--", "sh", "-c", script]);
    expect(ran.stdout).toBe("");
    expect(ran.stderr).toMatch(/\.hg\/hgrc: Read-only|\.hg\/hgrc: Permission/);
    expect(ran.stderr).toContain("cannot move '.hg'");
    const text = await readFile(log, "utf8");
    expect(text).toContain(address);
    expect(text.match(/commit: (?:two|three)$/gm)?.length).toBe(2);
    // The control: the same files, with nothing hidden
    await writeFile(join(workspace, "vaultbox.yaml"), "version: 1\nworkspace: {hide: []}\n");
    await world.run(["trust", "--yes"]);
    const control = await world.run([
      "run",
      "--home",
      "new",
      "--",
      "sh",
      "-c",
      `grep -rl ${secret} .`,
    ]);
    const read = control.stdout.split("\n").filter((line) => line !== "");
    expect(read.length).toBe(files.length + 1);
    const attempts = files.length + 1;
    const test = `read in a sandbox of uid ${owner}`;
    recordScore({ row: 53, test, attempts, blocked: attempts, controlSucceeded: read.length });
  },
);
