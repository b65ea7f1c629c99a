import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { cp, readdir, readFile, utimes } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git } from "../../support/host-git.ts";
import { createFolders } from "../../support/root-folders.ts";
import { createWorld } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";

/** Each by itself, in the folder of git's that has a work tree's own: what git would run or lose in that tree. */
const arms = (base: string): readonly string[] => [
  `mkdir o; printf '[core]\\n\\tfsmonitor = "touch ${base}/RAN-common; false"\\n' > o/config; cp ../../HEAD o; mkdir o/objects o/refs; rm -f commondir; echo o > commondir`,
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
  const ran = (await readdir(base)).filter((name) => name.startsWith("RAN"));
  expect([ran, lost, await git(tree, "status", "--short", "-b")]).toEqual([[], 0, "## elsewhere"]);
  // The control: the same without a sandbox around it
  for (const [index, arm] of arms(base).slice(0, 3).entries()) {
    const [copy, its] = [join(base, `naive${index}`), join(base, `tree${index}`)];
    await cp(join(base, "naive"), copy, { recursive: true });
    await git(copy, "worktree", "add", "-q", "-b", `t${index}`, its);
    execFileSync("sh", ["-c", arm], { cwd: join(copy, `.git/worktrees/tree${index}`) });
    await use(its);
  }
  await cp(tree, join(base, "aside"), { recursive: true });
  execFileSync("sh", ["-c", "mv ../elsewhere ../moved; git worktree prune"], { cwd: main });
  const control = (await readdir(base)).filter((name) => name.startsWith("RAN"));
  expect(control.toSorted()).toEqual(["RAN-common", "RAN-exec", "RAN-log"]);
  expect(existsSync(own)).toBe(false);
  recordScore({
    row: 28,
    test: "a work tree outside of the sandbox, armed or removed by way of its repository",
    attempts: 2 * (arms(base).length + 1),
    blocked: 2 * (arms(base).length + 1) - ran.length - lost,
    controlSucceeded: control.length + 1,
  });
});
