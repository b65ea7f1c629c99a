import { createHash, randomBytes } from "node:crypto";
import { cp, mkdir, readdir, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { git } from "../../support/git.ts";
import { createWorld, untilClosed, untilOutput } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";

const run = promisify(execFile);

/** Each in a repository of its own; they try to change what the host's git reads or runs there. */
const tricks: readonly string[] = [
  "mv .git .g; cp -r .g .git; echo '[a]b=c' >> .git/config; echo x > .git/hooks/pre-commit",
  "rm -rf .git; git init -q .; echo '[a]b=c' >> .git/config",
  "mv .git/hooks .git/h; mkdir .git/hooks; echo x > .git/hooks/pre-commit",
  "rm -rf .git/hooks; mkdir .git/hooks; echo x > .git/hooks/pre-commit",
  "echo x > .git/hooks/pre-commit",
  "echo x > x; ln x .git/hooks/pre-commit; ln -s ../../x .git/hooks/post-commit; mv x .git/hooks/pre-push",
  "echo '[a]b=c' >> .git/config",
  "cp .git/config c; echo '[a]b=c' >> c; mv -f c .git/config",
  "echo '[a]b=c' > c; ln -f c .git/config; ln -sf ../c .git/config",
  "rm -f .git/config; echo '[a]b=c' > .git/config",
  "git config a.b c; git config --replace-all core.bare false; git remote add x /y",
  "python3 -c \"import os; f=os.open('.git/config', os.O_RDWR|os.O_TRUNC); os.write(f, b'x')\"; truncate -s 0 .git/config",
  "mkdir n; mount --bind n .git/hooks; umount .git/config; unshare -rm umount .git/config; echo '[a]b=c' >> .git/config",
  "rm -f .git/commondir; mv .git/commondir .git/c; echo ../evil > .git/commondir; mkdir evil; cp -r .git/* evil",
  "mv .git/info .git/i; mkdir .git/info; echo '* filter=x' > .git/info/attributes",
  "echo '* filter=x' > .git/info/attributes; rm .git/info/attributes; ln -s ../../x .git/info/attributes",
  "echo x >> .husky/pre-commit; rm -rf .husky; mv .husky h; mkdir -p .husky/_; echo x > .husky/_/pre-commit",
  "chmod 777 .git/hooks .git/config; chmod +x .husky/pre-commit; touch .git/hooks/pre-commit",
  "cd ..; n=$(basename \"$OLDPWD\"); mv $n moved; cp -r moved $n; echo '[a]b=c' >> $n/.git/config",
  "echo '[a]b=c' > .git/config.lock; mv .git/config.lock .git/config; cp --remove-destination .git/HEAD .git/config",
  "python3 -c \"import ctypes,os; l=ctypes.CDLL(None); os.mkdir('e'); open('e/x','w'); print(l.renameat2(-100,b'e',-100,b'.git/hooks',2)); l.renameat2(-100,b'e/x',-100,b'.git/config',2)\"",
  "git init -q --template=/etc .; git config core.hooksPath e; git worktree add -q ../wt-$$ -b wt; cp .git/HEAD .git/hooks/",
];

async function createTricked(workspace: string): Promise<void> {
  const template = join(workspace, "template");
  await mkdir(join(template, ".husky/_"), { recursive: true });
  await git(template, "init", "-q", "-b", "main");
  await writeFile(join(template, ".husky/pre-commit"), "true\n");
  await writeFile(join(template, ".husky/_/pre-commit"), "true\n");
  await git(template, "add", "-A");
  await git(template, "commit", "-q", "-m", "one");
  await git(template, "config", "core.hooksPath", ".husky/_");
  for (const [index] of tricks.entries()) {
    await cp(template, join(workspace, `r${index}`), { recursive: true });
  }
  await rm(template, { recursive: true });
}

/** Everything in a repository that its git reads settings from, or runs. */
async function readProtected(folder: string): Promise<string> {
  const hash = createHash("sha256");
  for (const name of [
    ".git/config",
    ".git/commondir",
    ".git/info/attributes",
    ".git/config.worktree",
  ]) {
    const path = join(folder, name);
    const link = await readlink(path).catch(() => "");
    hash.update(`${name}\0${link}\0${await readFile(path, "utf8").catch(() => "none")}\0`);
  }
  for (const name of [".git/hooks", ".husky"]) {
    const names = await readdir(join(folder, name), { recursive: true }).catch(() => ["none"]);
    for (const one of names.toSorted()) {
      if (one.endsWith(".sample")) continue;
      const content = await readFile(join(folder, name, one), "utf8").catch(() => "folder");
      hash.update(`${name}/${one}\0${content}\0`);
    }
  }
  return hash.digest("hex");
}

/** The tricks with which a sandbox changed something. */
async function findChanged(owner: number, settings: string): Promise<readonly string[]> {
  await using world = await createWorld(owner);
  const { workspace } = world;
  await createTricked(workspace);
  const shell = tricks.map((text, index) => `( cd r${index} && { ${text}\n} ) >/dev/null 2>&1`);
  await writeFile(join(workspace, "tricks.sh"), [...shell, "true"].join("\n"));
  await writeFile(join(workspace, "vaultbox.yaml"), `version: 1\n${settings}`);
  await run("chown", ["-R", `${owner}:${owner}`, workspace]);
  await world.run(["trust", "--yes"]);
  const folders = tricks.map((_, index) => join(workspace, `r${index}`));
  const before = await Promise.all(folders.map(readProtected));
  expect((await world.run(["run", "--", "sh", "tricks.sh"])).status).toBe(0);
  const after = await Promise.all(folders.map(readProtected));
  return tricks.filter((_, index) => before[index] !== after[index]);
}

describe("a trick of a sandbox against what the host's git reads or runs in a repository that was there", () => {
  const row = "rename, copy, link, mount and exchange tricks against protected paths";

  describe.each([0, 1000])("of uid %i changes nothing", (owner) => {
    const changed = openShared(() => findChanged(owner, "home: new\n"));

    test.each(tricks)("%s", (trick) => {
      expect(changed()).not.toContain(trick);
      const test = `${row}, uid ${owner}: ${trick}`;
      recordScore({ row: 29, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
    });
  });

  test("but where nothing is protected most change something (control)", async () => {
    const changed = await findChanged(0, "workspace: {protect: none}\n");
    expect(changed.length).toBeGreaterThanOrEqual(20);
    const test = `${row}: control`;
    recordScore({ row: 29, test, attempts: 0, blocked: 0, controlSucceeded: changed.length });
  });
});

test("what a killed session left in the workspace is undone and reported by the next one", async () => {
  await using world = await createWorld();
  const { workspace } = world;
  await git(workspace, "init", "-q", "-b", "main");
  await git(workspace, "commit", "-q", "--allow-empty", "-m", "one");
  const plant =
    "mkdir n; cd n; git init -q .; git config core.fsmonitor evil; echo ready; exec sleep 60";
  const child = world.spawn(["run", "--", "sh", "-c", plant]);
  await untilOutput(child, "ready");
  expect(await readdir(join(workspace, ".git"))).toContain("commondir");
  child.kill("SIGKILL");
  await untilClosed(child);
  const { stderr } = await world.run(["run", "--", "true"]);
  expect(stderr).toMatch(/session [0-9a-f]{12} left 1 thing/);
  expect(stderr).toContain("disabled: n/.git sets core.fsmonitor");
  expect(await readdir(join(workspace, ".git"))).not.toContain("commondir");
  expect(await readdir(join(workspace, "n"))).toEqual([".git.vaultbox-disabled"]);
});

test("with --fail-on-handoff a run that leaves something for the host's programs ends with 123", async () => {
  await using world = await createWorld();
  const run = (...words: readonly string[]) => world.run(["run", ...words]);
  const write = "echo '{}' > package.json";
  expect((await run("--fail-on-handoff", "--", "sh", "-c", write)).status).toBe(123);
  expect((await run("--fail-on-handoff", "--", "sh", "-c", write)).status).toBe(0);
  expect((await run("--fail-on-handoff", "--", "sh", "-c", `${write}x; exit 3`)).status).toBe(3);
  const changed = await run("--json", "--", "sh", "-c", "echo '[]' > package.json");
  const entry = { change: "changed", kind: "npm scripts", path: "package.json" };
  expect(JSON.parse(changed.stderr)).toMatchObject({ handoff: { entries: [entry] } });
  expect((await world.run(["audit", "show"])).stdout).toContain("package.json");
});

test("secrets in the workspace read as empty in the sandbox, and as they are when nothing is hidden", async () => {
  await using world = await createWorld();
  const { workspace } = world;
  const canary = randomBytes(20).toString("hex");
  await git(workspace, "init", "-q", "-b", "main");
  await git(workspace, "remote", "add", "origin", `https://u:${canary}@git.example.com/a/b.git`);
  await mkdir(join(workspace, "deep/.aws"), { recursive: true });
  const files = {
    ".env": `A=${canary}`,
    ".env.local": `A=${canary}`,
    "deep/.env.production": `A=${canary}`,
    ".npmrc": `//r.example.com/:_authToken=${canary}`,
    "deep/.aws/credentials": `aws_secret_access_key = ${canary}`,
    "deep/key.pem": `-----BEGIN RSA PRIVATE KEY-----\n${canary}\n`,
    "terraform.tfstate": `{"password": "${canary}"}`,
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(workspace, name), content);
  }
  await writeFile(join(workspace, ".env.example"), "A=shown");
  const look = `grep -rl ${canary.slice(0, 4)}'${canary.slice(4)}' . ; cat .env.example; git remote -v | head -1`;
  const { stdout, stderr } = await world.run(["run", "--", "sh", "-c", look]);
  expect(stdout).toBe("A=shownorigin\thttps://git.example.com/a/b.git (fetch)\n");
  for (const name of Object.keys(files)) expect(stderr).toContain(name);
  await writeFile(join(workspace, "vaultbox.yaml"), "version: 1\nworkspace: {hide: []}\n");
  await world.run(["trust", "--yes"]);
  const control = await world.run(["run", "--", "sh", "-c", look]);
  expect(control.stdout.split("\n")).toEqual(expect.arrayContaining(["./.env", "./.git/config"]));
});

test("git works in a linked work tree whose repository is elsewhere, and that repository is protected", async () => {
  await using world = await createWorld();
  await using elsewhere = await createWorld();
  const main = join(elsewhere.workspace, "main");
  await mkdir(main);
  await git(main, "init", "-q", "-b", "main");
  await git(main, "commit", "-q", "--allow-empty", "-m", "one");
  const linked = join(world.workspace, "linked");
  await git(main, "worktree", "add", "-q", "-b", "side", linked);
  const before = await readFile(join(main, ".git/config"), "utf8");
  const work =
    "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m two && git log --format=%s; d=$(git rev-parse --git-common-dir); echo x >> $d/config; echo x > $d/hooks/pre-commit; echo / > .git; mv $d $d.old";
  const { stdout, status } = await world.run([
    "run",
    "--workspace",
    linked,
    "--",
    "sh",
    "-c",
    `${work}; true`,
  ]);
  expect([status, stdout]).toEqual([0, "two\none\n"]);
  expect(await git(main, "log", "-1", "--format=%s", "side")).toBe("two");
  expect(await readFile(join(main, ".git/config"), "utf8")).toBe(before);
  expect(await readdir(join(main, ".git/hooks"))).not.toContain("pre-commit");
});
