import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { everyday, toScript } from "./everyday-git.ts";
import { copyWithoutHidden, makeShapes, shapes, toHiddenFiles } from "./hidden-shapes.ts";
import { git } from "../../support/git.ts";
import { createWorld } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";
import { writeInto } from "../../support/workspace-folder.ts";

const run = promisify(execFile);

/** What looks after a repository needs all of its work trees, and the one outside isn't in the sandbox. */
const isOfAll = /gc|reflog|maintenance|worktree/;

/** Every everyday command in each of the repositories. */
const script = shapes
  .map((shape) => {
    const own = everyday.filter((command) => shape !== "tree" || !isOfAll.test(command));
    return `echo "# ${shape}"; cd "$top/${shape}"\n${toScript(own)}`;
  })
  .join("\n");

/** Scans for a secret wherever the sandbox can read, also within what git packs. */
const toScan = (secret: string): string => {
  const pattern = `${secret.slice(0, 4)}'${secret.slice(4)}'`;
  const packed = `git cat-file --batch-all-objects --batch --unordered | grep -ac ${pattern}`;
  return `cd "$top"; grep -rac ${pattern} "$top" /run "$HOME" 2> /dev/null | grep -v ':0$'
for tree in ${shapes.join(" ")}; do (cd "$top/$tree"; ${packed}); done | grep -v '^0$'; true\n`;
};

const busy = /unable to unlink old '\.env\.test': Device or resource busy/;

/** Commands in a repository with hidden files, with what they end with and say. */
const onHidden: readonly (readonly [command: string, status: number, said: RegExp | string])[] = [
  ["git reset -q --hard", 0, ""],
  ["git checkout -- .", 0, ""],
  ["git status --porcelain", 0, ""],
  ["git commit -qam x", 1, /nothing to commit, working tree clean/],
  ["git add -A; git status --porcelain", 0, ""],
  ["git add -f .env", 128, /vaultbox: \.env is hidden in this sandbox, so it can't be added/],
  ["git check-ignore -v .env", 0, /^\/run\/vaultbox\/git-hidden-\d\.exclude:/],
  [
    "echo z > n; git stash -q -u; ls; git stash pop -q; ls n",
    0,
    /^d\nf\np\nvaultbox\.yaml\n(?:.*\n)?n\n$/,
  ],
  ["git clean -fdq; git status --porcelain", 0, ""],
  ["git clean -fdxq", 1, /failed to remove \.env: Device or resource busy/],
  ["git reset -q --hard; git checkout -q -- .; git restore .; git stash -q", 0, ""],
  ["git diff HEAD --stat; cat .env.test; cat .env", 0, "A=\n"],
  // Across a commit that changes a hidden file: the rest is changed, and no commit takes over what is shown
  ["git switch -q other", 0, busy],
  ["git status --porcelain; cat f; git commit -qam x", 1, /^y\n.*nothing to commit/s],
  ["git show HEAD:.env.test; git switch main", 0, /^A=other\n.*Switched to branch 'main'/s],
  ["git status --porcelain; git merge -q other", 1, busy],
  ["git reset -q --hard; git status --porcelain", 0, ""],
  ["git rebase -q other", 1, busy],
  ["git reset -q --hard; git pull -q . other", 1, busy],
  ["git reset -q --hard; git switch -q gone; git status --porcelain; git switch -q main", 0, busy],
  ["git status --porcelain; git log -1 --format=%s", 0, "1\n"],
  // What docs/workspace.md and the policy document say to do instead
  ["git switch -q -c own; echo n > n; git add n; git commit -qm n; git rebase -q other", 1, busy],
  ["git status -s; git reset -q --hard; git cherry-pick other", 128, busy],
  [
    "git status -s; git reset -q --hard; git status -s; ls -d .git/rebase* .git/MERGE*",
    2,
    /cannot access/,
  ],
  ["git switch -q --detach; git worktree add -q /tmp/w own; cat /tmp/w/.env.test", 0, "A=\n"],
  ["git -C /tmp/w rebase -q other && git worktree remove /tmp/w", 0, ""],
  [
    "git switch -q own 2> /dev/null; git log --format=%s; git status --porcelain",
    0,
    "n\nother\n1\n",
  ],
  ["git switch -q main 2> /dev/null; git branch -q -D own 2> /dev/null; git status -s", 0, ""],
  ["git rm -q .env.test", 128, /Device or resource busy/],
  ["git mv .env.test q", 128, /Device or resource busy/],
  ["rm -r d", 1, /cannot remove 'd\/\.env': Device or resource busy/],
  [
    "git reset -q --hard; git worktree add -q w gone; ls -A w; git worktree remove w",
    0,
    ".git\nd\nf\nvaultbox.yaml\n",
  ],
  ["cp f .env", 1, /Read-only file system/],
  // Only its name was added: there is no content to commit
  [
    "cd p; git status --porcelain; git commit -qam x",
    128,
    /^ A \.env\n.*\.env is hidden in this sandbox/s,
  ],
  ["grep -A2 '`.env`' /run/vaultbox/policy.md", 0, /`\.env\.test`; it shows what git's index had/],
];

const hidden = { ".env.test": "A=secret\n", ".env": "B=secret\n", "d/.env": "C=secret\n" };

describe("no command of git loses a hidden file, and what it can't do has a reason", () => {
  const done = openShared(async (stack) => {
    const world = stack.use(await createWorld());
    const { workspace } = world;
    const write = (name: string, text: string): Promise<void> => writeInto(workspace, name, text);
    await git(workspace, "init", "-q", "-b", "main");
    await write(".env.test", "A=\n");
    await write("f", "x\n");
    await write("d/f", "x\n");
    await write("vaultbox.yaml", "version: 1\n");
    await git(workspace, "add", "-f", ".");
    await git(workspace, "commit", "-q", "-m", "1");
    await git(workspace, "switch", "-q", "-c", "other");
    await write(".env.test", "A=other\n");
    await write("f", "y\n");
    await git(workspace, "commit", "-q", "-a", "-m", "other");
    await git(workspace, "switch", "-q", "-c", "gone", "main");
    await git(workspace, "rm", "-q", ".env.test");
    await git(workspace, "commit", "-q", "-m", "gone");
    await git(workspace, "switch", "-q", "main");
    for (const [name, text] of Object.entries(hidden)) await write(name, text);
    const before = await git(workspace, "rev-parse", "main", "other", "gone");
    await git(workspace, "init", "-q", "p");
    await write("p/.env", "D=secret\n");
    await git(join(workspace, "p"), "add", "-N", ".env");
    await write(".git/info/exclude", "/p/\n");
    await world.run(["trust", "--yes"]);
    const commands = toScript(onHidden.map(([command]) => command));
    const { stdout, stderr } = await world.run(["run", "--", "sh", "-c", commands]);
    return { workspace, before, stderr, said: stdout.split(/^## \d+\n/m).slice(1) };
  });

  test.each(onHidden.map((one, index) => [index, ...one] as const))(
    "%i: %s",
    (index, _, status, wanted) => {
      const [, text, end] = /^(.*)status (\d+)\n$/s.exec(done().said[index] ?? "") ?? [];
      expect({ text, status: Number(end) }).toEqual({
        text: typeof wanted === "string" ? wanted : expect.stringMatching(wanted),
        status,
      });
    },
  );

  test("the start says what is hidden, and the host has all of it afterwards", async () => {
    const { workspace, before, stderr } = done();
    expect(stderr).toContain("hidden from the sandbox: .env, .env.test, d/.env, p/.env (");
    expect(stderr).toContain("of these git has content of its own, which is shown: .env.test; ");
    for (const [name, text] of Object.entries(hidden))
      expect(await readFile(join(workspace, name), "utf8")).toBe(text);
    expect(await git(workspace, "rev-parse", "main", "other", "gone")).toBe(before);
    expect(await git(workspace, "status", "--porcelain")).toBe(" M .env.test\n?? .env\n?? d/.env");
  });
});

test("a file with a secret that is committed as it is stays as it is in the sandbox, and the start says so", async () => {
  await using world = await createWorld();
  const { workspace } = world;
  await git(workspace, "init", "-q");
  await writeInto(workspace, ".env.test", "A=1\n");
  await git(workspace, "add", "-f", ".");
  await git(workspace, "commit", "-q", "-m", "1");
  const commit =
    "git -c user.name=a -c user.email=a@b commit -qam x; cat .env.test; git log --oneline | wc -l";
  const { stdout, stderr } = await world.run(["run", "--", "sh", "-c", commit]);
  expect(stdout).toMatch(/nothing to commit, working tree clean\nA=1\n1\n$/);
  expect(stderr).toContain("not hidden, as git has the same content: .env.test\n");
  expect(stderr).toContain("git rm --cached FILE");
  expect(stderr).not.toContain("hidden from the sandbox");
});

test(
  "git does the same in a sandbox as without one where files are hidden, and reads none of their secrets",
  {
    timeout: 400_000,
  },
  async () => {
    const secret = randomBytes(16).toString("hex");
    await using world = await createWorld(1000);
    const base = world.workspace;
    const ws = join(base, "ws");
    await makeShapes(base, secret);
    const plain = await mkdtemp(join(tmpdir(), "vbx-plain-"));
    await using stack = new AsyncDisposableStack();
    stack.defer(() => rm(plain, { recursive: true, force: true }));
    await copyWithoutHidden(base, plain, secret);
    await writeFile(
      join(ws, "vaultbox.yaml"),
      "version: 1\nworkspace: {hide: [default, private/]}\n",
    );
    await world.run(["trust", "--yes"], { cwd: ws });
    const env = { ...process.env, GIT_CONFIG_NOSYSTEM: "1", top: join(plain, "ws") };
    const expected = await run("sh", ["-c", script], { env, maxBuffer: 1e8 });
    const inBox = `top=${ws}\n${script}\necho "# look"\n${toScan(secret)}`;
    await run("chown", ["-R", "1000:1000", base]);
    const result = await world.run(["run", "--workspace", ws, "--", "sh", "-c", inBox], {
      timeoutMs: 300_000,
    });
    const [done = "", seen] = result.stdout.split("# look\n");
    expect(done.split("## ")).toEqual(expected.stdout.split("## "));
    expect([result.status, seen]).toEqual([0, ""]);
    expect(result.stderr).toContain("not hidden, as git has the same content: ");
    const left = toHiddenFiles(secret).filter(({ content }) => content !== undefined);
    for (const shape of shapes) {
      for (const { path, content } of left)
        expect(await readFile(join(ws, shape, path), "utf8")).toBe(content);
    }
    // The control: the same look, with nothing hidden
    await writeFile(join(ws, "vaultbox.yaml"), "version: 1\nworkspace: {hide: []}\n");
    await world.run(["trust", "--yes"], { cwd: ws });
    const look = `top=${ws}\n${toScan(secret)}`;
    const control = await world.run(["run", "--workspace", ws, "--", "sh", "-c", look]);
    const read = control.stdout.split("\n").filter((line) => line !== "");
    const attempts = shapes.length * left.length;
    expect(read.length).toBe(attempts);
    recordScore({
      row: 53,
      test: "hidden files of work trees, with git's own content in their place",
      attempts,
      blocked: attempts,
      controlSucceeded: read.length,
    });
  },
);
