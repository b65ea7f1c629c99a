import { chown, mkdir, mkdtemp, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isOwnRepository } from "../../../../src/workspace/git-dir/ownership.ts";
import { applyInsteadOf, withoutUserInfo } from "../../../../src/workspace/git-dir/remote.ts";
import { readRepositoryFacts } from "../../../../src/workspace/git-dir/repository-facts.ts";
import { createGitFolder, git } from "../../../support/git.ts";
import { openShared } from "../../../support/shared-place.ts";

async function createRepository(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  await git(path, "init", "-q", "-b", "main");
  await git(path, "commit", "-q", "--allow-empty", "-m", "one");
}

test("remote, branch and every tip are read, without what the URL holds of a secret", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  await git(path, "remote", "add", "origin", "https://u:hunter2@git.example.com/acme/widgets.git");
  await git(path, "tag", "-a", "-m", "t", "v1");
  await git(path, "pack-refs", "--all");
  await git(path, "commit", "-q", "--allow-empty", "-m", "two");
  const shown = await git(path, "show-ref", "--head", "-d");
  const expected = shown.split("\n").map((line) => line.split(" ")[0]);
  const facts = await readRepositoryFacts(path);
  expect(facts).toMatchObject({
    workTree: path,
    gitDirectory: join(path, ".git"),
    objectFormat: "sha1",
    remoteName: "origin",
    remoteUrl: "https://git.example.com/acme/widgets.git",
    branch: "main",
    configIssues: [],
  });
  expect(new Set(facts?.tips)).toEqual(new Set(expected));
});

test("the repository above a workspace is found, and a linked work tree's common folder", async () => {
  await using folder = await createGitFolder();
  const main = join(folder.path, "main");
  await createRepository(main);
  await mkdir(join(main, "packages/a"), { recursive: true });
  expect((await readRepositoryFacts(join(main, "packages/a")))?.workTree).toBe(main);
  const linked = join(folder.path, "linked");
  await git(main, "worktree", "add", "-q", "-b", "side", linked);
  expect(await readRepositoryFacts(linked)).toMatchObject({
    gitDirectory: join(main, ".git/worktrees/linked"),
    commonDirectory: join(main, ".git"),
    branch: "side",
  });
});

describe("somebody else's repository counts for nothing", () => {
  const place = openShared(async (stack) => {
    const { path } = stack.use(await createGitFolder());
    const other = join(path, "other");
    await createRepository(other);
    await git(other, "worktree", "add", "-q", "-b", "side", join(path, "linked"));
    return { path, other };
  });

  test.each(["OTHER/.git", "OTHER/.git/worktrees/linked", "/", ""])(
    "named by a .git file: %j",
    async (named) => {
      const { path, other } = place();
      const forged = await mkdtemp(join(path, "forged-"));
      await writeFile(join(forged, ".git"), `gitdir: ${named.replace("OTHER", other)}\n`);
      expect(await readRepositoryFacts(forged)).toBeUndefined();
    },
  );

  test("through a link", async () => {
    const { path, other } = place();
    const forged = await mkdtemp(join(path, "forged-"));
    await symlink(join(other, ".git"), join(forged, ".git"));
    expect(await readRepositoryFacts(forged)).toBeUndefined();
  });
});

test("a file that the configuration includes is not read", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path);
  await writeFile(join(path, "more"), '[remote "origin"]\n\turl = https://evil.example/x\n');
  await git(path, "config", "include.path", "../more");
  expect((await readRepositoryFacts(path))?.remoteUrl).toBeUndefined();
});

test("a repository of another user is one whose remotes somebody else chose, unless it's a safe directory", async () => {
  const own = process.geteuid?.() ?? 0;
  const isOwn = (uids: readonly number[], safe: readonly string[] = [], env = {}): boolean =>
    isOwnRepository(
      { uids, path: "/srv/p" },
      safe.map((value) => ({ key: "safe.directory", value })),
      env,
    );
  expect(isOwn([own, own, own])).toBe(true);
  const foreign = [
    [own + 1, own + 1],
    [own, own + 1],
    [own, own, own + 1],
  ];
  expect(foreign.filter((uids) => isOwn(uids))).toEqual([]);
  const named = ["*", "/srv/p", "/srv/p/", "/srv/*"];
  expect(named.filter((value) => !isOwn([own + 1], [value]))).toEqual([]);
  const others = ["/srv", "/srv/p/*", "/srv/pp", "", "p"];
  expect(others.filter((value) => isOwn([own + 1], [value]))).toEqual([]);
  expect(isOwn([own + 1], ["*", ""])).toBe(false);
  expect(isOwn([own + 1], [], { SUDO_UID: String(own + 1) })).toBe(own === 0);
  await using folder = await createGitFolder();
  await createRepository(folder.path);
  expect((await readRepositoryFacts(folder.path))?.isForeign).toBe(false);
  if (own !== 0) return;
  // As git says it itself
  await chown(join(folder.path, ".git"), 1000, 1000);
  expect((await readRepositoryFacts(folder.path))?.isForeign).toBe(true);
  await expect(git(folder.path, "status")).rejects.toThrow(/dubious ownership/);
});

test("the longest insteadOf of the user applies", () => {
  const settings = [
    { key: "url.https://one.example/.insteadof", value: "gh:" },
    { key: "url.ssh://git@two.example/.insteadof", value: "gh:acme/" },
  ];
  expect(applyInsteadOf("gh:acme/w", settings)).toBe("ssh://git@two.example/w");
  expect(applyInsteadOf("gh:x/w", settings)).toBe("https://one.example/x/w");
  expect(applyInsteadOf("https://a/b", settings)).toBe("https://a/b");
});

test("user and password leave a URL, the user of SSH stays", () => {
  expect(withoutUserInfo("https://u:p@h/x")).toBe("https://h/x");
  expect(withoutUserInfo("https://token@h:8443/x@y")).toBe("https://h:8443/x@y");
  expect(withoutUserInfo("ssh://git:p@h/x")).toBe("ssh://git@h/x");
  expect(withoutUserInfo("git@h:acme/x.git")).toBe("git@h:acme/x.git");
});
