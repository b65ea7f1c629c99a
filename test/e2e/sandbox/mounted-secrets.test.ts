import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git } from "../../support/git.ts";
import { createFolders } from "../../support/root-folders.ts";
import { createWorld } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";

test("no setting or log of a repository outside of the workspace shows a password, in whichever of its folders", async () => {
  await using world = await createWorld();
  await createFolders(world);
  const base = world.workspace;
  const [main, wt] = [join(base, "main"), join(base, "wt")];
  await git(main, "worktree", "add", "-q", "-b", "third", join(base, "wt2"));
  const address = (count: number): string => `https://u:CANARY${count}@git.example.com/x`;
  const settings = (count: number): string => `[remote "o"]\n\turl = ${address(count)}\n`;
  const files: Readonly<Record<string, string>> = {
    "config.bak": settings(1),
    FETCH_HEAD: `abc\t\tbranch 'm' of ${address(2)}\n`,
    "worktrees/wt/logs/HEAD": `0 1 A <a@b> 1 +0000\tpull ${address(3)}: x\n`,
    "worktrees/wt2/logs/HEAD": `0 1 A <a@b> 1 +0000\tpull ${address(4)}: x\n`,
    "worktrees/wt2/FETCH_HEAD": `abc\t\tbranch 'm' of ${address(5)}\n`,
    "worktrees/wt/config.worktree": settings(6),
    "modules/m/HEAD": "ref: refs/heads/main\n",
    "modules/m/objects/x": "",
    "modules/m/refs/x": "",
    "modules/m/config": settings(7),
    "modules/m/logs/HEAD": `0 1 A <a@b> 1 +0000\tpull ${address(8)}: x\n`,
  };
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(main, ".git", path, ".."), { recursive: true });
    await writeFile(join(main, ".git", path), content);
  }
  const look = ["--", "grep", "-rohE", "CANARY[0-9]", join(main, ".git")];
  const { stdout } = await world.run(["run", "--workspace", wt, ...look]);
  // The control: nothing is hidden
  await writeFile(join(wt, "vaultbox.yaml"), "version: 1\nworkspace: {hide: []}\n");
  await world.run(["trust", "--yes"], { cwd: wt });
  const control = await world.run(["run", "--workspace", wt, ...look]);
  const shown = control.stdout.split("\n").filter((line) => line !== "");
  expect([stdout, new Set(shown).size]).toEqual(["", 8]);
  recordScore({
    row: 53,
    test: "settings and logs of a repository outside of the workspace",
    attempts: 8,
    blocked: 8,
    controlSucceeded: 8,
  });
});

test("what a rule names is hidden in a read-only mount as well, unless the mount is what it names", async () => {
  await using world = await createWorld();
  await createFolders(world);
  const base = world.workspace;
  const files = [
    "other/.env",
    "other/x/.cargo/credentials.toml",
    "conf/.aws/credentials",
    "one/.env",
  ];
  for (const path of files) {
    await mkdir(join(base, path, ".."), { recursive: true });
    await writeFile(join(base, path), `CANARY ${path}\n`);
  }
  await git(join(base, "other"), "remote", "add", "o", "https://u:CANARY@git.example.com/x");
  const mounts = [
    "--mount",
    join(base, "other"),
    "--mount",
    `${join(base, "other/x/.cargo")}:/c`,
    "--mount",
    join(base, "conf/.aws"),
    "--mount",
    join(base, "one/.env"),
  ];
  const args = ["run", "--workspace", join(base, "ws"), ...mounts, "--", "grep", "-rh", "CANARY"];
  const look = [...args, base, "/c"];
  const hidden = (await world.run(look)).stdout.trimEnd().split("\n");
  expect(hidden.toSorted()).toEqual(["CANARY conf/.aws/credentials", "CANARY one/.env"]);
  // The control: nothing is hidden
  await writeFile(join(base, "ws/vaultbox.yaml"), "version: 1\nworkspace: {hide: []}\n");
  await world.run(["trust", "--yes"], { cwd: join(base, "ws") });
  const control = (await world.run(look)).stdout.split("\n").filter((line) => line !== "");
  expect(control.length).toBe(6);
  recordScore({
    row: 53,
    test: "secrets in read-only mounts",
    attempts: 4,
    blocked: 4,
    controlSucceeded: control.length - 2,
  });
});

test("a user's own instructions are in the agent's home, read-only and without secrets, and nothing is written to them", async () => {
  await using world = await createWorld(1000);
  const own = join(world.home, ".claude");
  await mkdir(join(own, "skills/deploy"), { recursive: true });
  await writeFile(join(own, "CLAUDE.md"), "answer in verse\n");
  await writeFile(join(own, "settings.json"), '{"model":"opus"}\n');
  await writeFile(join(own, "skills/deploy/SKILL.md"), "deploy\n");
  await writeFile(join(own, "skills/deploy/.env"), "CANARY=1\n");
  // As a shell leaves them: only the first tilde is replaced
  const mounts = ["CLAUDE.md", "settings.json", "skills"].map(
    (name) => `${own}/${name}:~/.claude/${name}`,
  );
  const look = `cd ~/.claude && cat CLAUDE.md settings.json skills/deploy/SKILL.md skills/deploy/.env
    (echo x >CLAUDE.md) 2>/dev/null || echo read-only; touch mine && echo mine; grep -c hasCompletedOnboarding ~/.claude.json`;
  const flags = mounts.flatMap((mount) => ["--mount", mount]);
  const args = ["run", "--agent", "claude", ...flags, "--", "sh", "-c", look];
  const { status, stdout } = await world.run(args);
  expect([status, stdout]).toEqual([
    0,
    'answer in verse\n{"model":"opus"}\ndeploy\nread-only\nmine\n1\n',
  ]);
  expect(await readFile(join(own, "settings.json"), "utf8")).toBe('{"model":"opus"}\n');
});

test("the sandbox is told why a copy over a hidden file fails, and --show shows that file and no other of its name", async () => {
  await using world = await createWorld();
  const files = {
    ".env.example": "TOKEN=\n",
    ".env": "TOKEN=CANARY1x\n",
    "d/.env": "TOKEN=CANARY2x\n",
  };
  await mkdir(join(world.workspace, "d"));
  for (const [path, content] of Object.entries(files)) {
    await writeFile(join(world.workspace, path), content);
  }
  const copy = "cp .env.example .env 2>&1; cat .env d/.env; cat /run/vaultbox/policy.md";
  const { stdout, stderr } = await world.run(["run", "--", "sh", "-c", copy]);
  expect(stderr).toContain("hidden from the sandbox: .env, d/.env (--show PATH shows one)");
  expect(stdout).toMatch(/^cp: .*'\.env': Read-only file system\n# What this sandbox/);
  for (const text of ["cp .env.example .env", "- `d/.env`", "vaultbox run --show PATH"]) {
    expect(stdout).toContain(text);
  }
  const shown = await world.run(["run", "--show", "./d/../.env", "--", "cat", ".env", "d/.env"]);
  expect([shown.status, shown.stdout]).toEqual([0, "TOKEN=CANARY1x\n"]);
  // Where there is none, none is in the way
  await writeFile(join(world.workspace, "d/.env.example"), "A=\n");
  await rm(join(world.workspace, "d/.env"));
  const sub = join(world.workspace, "d");
  const made = await world.run([
    "run",
    "--workspace",
    sub,
    "--",
    "cp",
    "-v",
    ".env.example",
    ".env",
  ]);
  expect([made.status, await readFile(join(sub, ".env"), "utf8")]).toEqual([0, "A=\n"]);
});
