import {
  mkdir,
  readdir,
  readFile,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Folder } from "../../../src/base/fs/beneath.ts";
import {
  toHiddenAttributes,
  toHiddenExcludes,
  toHiddenScript,
} from "../../../src/sandbox/environment/git-hidden.ts";
import { parseHideRules } from "../../../src/workspace/hide/hide-rules.ts";
import { createScanBudget, startLimits } from "../../../src/workspace/scan-budget.ts";
import { planProtection, type Protection } from "../../../src/workspace/protect/protection.ts";
import { writeCopies } from "../../../src/workspace/protect/shown-copies.ts";
import { inspectRoot } from "../../../src/workspace/roots/scan-root.ts";
import { leaveTracked } from "../../../src/workspace/hide/tracked/leave-tracked.ts";
import { createGitFolder, git } from "../../support/git.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";
import { writeInto } from "../../support/workspace-folder.ts";
import { toWorkspaceRoot } from "../../support/workspace-root.ts";

const pem = "-----BEGIN PRIVATE KEY-----\nMC4\n";

/** What a start decides about folders, the first one being the workspace. */
async function plan(
  sources: readonly string[],
  hide: readonly string[] = ["default"],
): Promise<Protection> {
  using opened = new DisposableStack();
  const rules = parseHideRules(hide);
  const looked = await Promise.all(
    sources.map((source, index) => {
      const root = toWorkspaceRoot(source, opened.use(Folder.openRoot(source)));
      return inspectRoot(index === 0 ? root : { ...root, kind: "mount" }, rules);
    }),
  );
  return await planProtection(await leaveTracked(looked), {
    protect: "none",
    hides: true,
    budget: createScanBudget(startLimits),
  });
}

/** What is shown in place of something, by path from the workspace. */
function toShown(base: string, { copies }: Protection): Readonly<Record<string, string>> {
  return Object.fromEntries(
    copies.map(({ target, content }) => [
      target.slice(base.length + 1),
      content instanceof Uint8Array
        ? Buffer.from(content).toString()
        : typeof content === "string"
          ? content
          : [...content].map(([path, file]) => `${path}=${String(file.content)}`).join("; "),
    ]),
  );
}

async function createRepository(
  path: string,
  files: Readonly<Record<string, string>>,
  ...options: readonly string[]
): Promise<void> {
  await mkdir(path, { recursive: true });
  await git(path, "init", "-q", "-b", "main");
  for (const option of options) await git(path, "config", ...option.split("="));
  for (const [name, content] of Object.entries(files)) await writeInto(path, name, content);
  await git(path, "add", "-f", ".");
  await git(path, "commit", "-q", "-m", "1");
}

test("a hidden file shows what git has of it, isn't hidden when that's the same, and is empty when it's nothing", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  const committed = {
    ".env": "A=<key>\n",
    "a/.env.test": "A=committed\n",
    "a/skipped/.env": "A=\n",
    "key.pem": pem,
    ".gitmodules": '[submodule "a"]\n\turl = https://u:hunter2@example.com/a\n',
    ".lfsconfig": "[lfs]\n\turl = https://example.com/a\n",
    "private/a": "a\n",
    "private/b/c": "c\n",
    f: "",
  };
  await createRepository(path, committed);
  await writeInto(path, ".env", "A=hunter2\n");
  await writeInto(path, "a/skipped/.env", "A=hunter2\n");
  await writeInto(path, ".lfsconfig", "[lfs]\n\turl = https://u:hunter2@example.com/a\n");
  await writeInto(path, "private/a", "hunter2\n");
  await writeInto(path, "private/d", "hunter2\n");
  await writeInto(path, "a/.env.local", "A=hunter2\n");
  // Only its name
  await writeInto(path, "b/.env", "A=hunter2\n");
  await git(path, "add", "-f", "-N", "b/.env");
  await git(path, "update-index", "--skip-worktree", "a/skipped/.env");
  const planned = await plan([path], ["default", "private/"]);
  const shown = toShown(path, planned);
  expect(shown).toMatchObject({
    ".env": "A=<key>\n",
    "a/skipped/.env": "A=\n",
    "a/.env.local": "",
    "b/.env": "",
    ".lfsconfig": "[lfs]\n\turl = https://example.com/a\n",
    private: "a=a\n; b/c=c\n",
  });
  expect(JSON.stringify(shown)).not.toContain("hunter2");
  expect(planned.readable.toSorted()).toEqual([".gitmodules", "a/.env.test", "key.pem"]);
  const [frozen] = planned.frozen;
  expect([planned.frozen.length, frozen?.gitDirectory]).toEqual([1, join(path, ".git")]);
  expect(frozen?.paths.toSorted()).toEqual(Object.keys(shown).toSorted());
});

test("a copy has the mode and the time that git remembers, also within a folder and with CRLF", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(
    path,
    { ".env": "A=\r\n", "private/x": "x\n", f: "" },
    "core.autocrlf=true",
  );
  await git(path, "update-index", "--chmod=+x", "private/x");
  await git(path, "update-index", "--refresh").catch(() => undefined);
  const before = await stat(join(path, ".env"));
  await writeInto(path, ".env", "A=hunter2\r\n");
  const { copies } = await plan([path], ["default", "private/"]);
  const directory = join(path, "../session");
  await mkdir(directory);
  await writeCopies(copies, directory);
  const shown = join(directory, "shown");
  const [env, inner] = [join(shown, "0"), join(shown, "1/x")];
  expect(await readFile(env, "utf8")).toBe("A=\r\n");
  expect(Math.floor((await stat(env)).mtimeMs / 1000)).toBe(Math.floor(before.mtimeMs / 1000));
  expect((await stat(inner)).mode & 0o777).toBe(0o755);
  expect(await readFile(inner, "utf8")).toBe("x\n");
});

test("what git has and can't be read is shown with the size that git remembers", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path, { ".env": "A=committed\n", "private/x": "committed\n" });
  await mkdir(join(path, "private/to"));
  await writeFile(join(path, "private/to/f"), "f\n");
  await symlink("../x", join(path, "private/link"));
  await git(path, "add", "private");
  const id = await git(path, "rev-parse", "HEAD");
  await git(path, "update-index", "--add", "--cacheinfo", `160000,${id},private/sub`);
  await git(path, "commit", "-q", "-m", "2");
  await writeInto(path, ".env", "A=hunter2\n");
  const directory = join(path, "../session");
  const show = async (): Promise<string> => {
    await rm(directory, { recursive: true, force: true });
    await mkdir(directory);
    await writeCopies((await plan([path], ["default", "private/"])).copies, directory);
    return join(directory, "shown");
  };
  const shown = await show();
  expect(await readFile(join(shown, "0"), "utf8")).toBe("A=committed\n");
  expect(await readlink(join(shown, "1/link"))).toBe("../x");
  expect(await readdir(join(shown, "1/sub"))).toEqual([]);
  expect(await readFile(join(shown, "1/to/f"), "utf8")).toBe("f\n");
  // Its objects are elsewhere
  const blob = await git(path, "rev-parse", "HEAD:.env");
  await rm(join(path, ".git/objects", blob.slice(0, 2), blob.slice(2)));
  expect(await readFile(join(await show(), "0"), "utf8")).toBe("\0".repeat(12));
});

const leading = "repositories and indexes that lead elsewhere, asked for a hidden file's content";

test("no repository that the sandbox doesn't have is read for it", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  const other = join(await realpath(join(path, "..")), "other");
  await createRepository(other, { ".env": "A=hunter2\n" });
  await mkdir(path);
  await writeInto(path, ".git", `gitdir: ${join(other, ".git")}\n`);
  await writeInto(path, ".env", "A=mine\n");
  const alone = await plan([path]);
  expect([toShown(path, alone)[".env"], alone.frozen]).toEqual(["", []]);
  // In a folder of it, all but what git has is in the sandbox
  await writeInto(other, "sub/.env.test", "A=hunter2\n");
  await git(other, "add", "-f", ".");
  const below = await plan([join(other, "sub")]);
  expect([toShown(join(other, "sub"), below), below.readable]).toEqual([{ ".env.test": "" }, []]);
  // The control: with that repository mounted as well, the sandbox reads it anyway
  const control = await plan([path, other]);
  expect(toShown(path, control)[".env"]).toBe("A=hunter2\n");
  const test = `${leading}: another repository`;
  recordScore({ row: 53, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
});

describe("no name of an index leads out of a copy", () => {
  const names = ["private/aa/bb/evil", "private/cc", "private/.gix", "private/dd/evil"];
  const made = openShared(async (stack) => {
    const path = join(stack.use(await createGitFolder()).path, "../made");
    await createRepository(path, Object.fromEntries(names.map((name) => [name, "evil\n"])));
    return { path, index: await readFile(join(path, ".git/index"), "latin1") };
  });

  test.each([
    ["private/aa/bb/evil", "private/../../evil"],
    ["private/cc", "private//c"],
    ["private/cc", "private/.."],
    ["private/cc", "private/dd"],
  ])("%s called %s", async (name, trick) => {
    const { path, index } = made();
    await writeFile(join(path, ".git/index"), index.replace(name, trick), "latin1");
    const planned = await plan([path], ["private/"]);
    expect(toShown(path, planned)["private"]).toBe("folder");
    expect(planned.notes.join()).toContain("what git has of it can't be shown");
    const test = `${leading}: ${trick}`;
    recordScore({ row: 53, test, attempts: 1, blocked: 1, controlSucceeded: 0 });
  });

  test("and by its own names it's shown (control)", async () => {
    const { path, index } = made();
    await writeFile(join(path, ".git/index"), index, "latin1");
    expect(toShown(path, await plan([path], ["private/"]))["private"]).toContain("aa/bb/evil=evil");
    const test = `${leading}: control`;
    recordScore({ row: 53, test, attempts: 0, blocked: 0, controlSucceeded: 1 });
  });
});

/** Commits all that git takes for changed, in a repository that is told of what is hidden as a sandbox's is. */
async function commitHidden(
  path: string,
  { script = toHiddenScript(), gitDirectory = join(path, ".git"), hidden = [".env"] } = {},
): Promise<string> {
  const clean = join(path, "../clean");
  await writeFile(clean, script, { mode: 0o755 });
  await writeFile(join(gitDirectory, "info/attributes"), toHiddenAttributes(hidden));
  const settings = ["-c", "filter.vaultbox-hidden.clean=" + `${clean} %f`];
  await git(path, ...settings, "commit", "-q", "-a", "--allow-empty", "-m", "2");
  return await git(path, "show", "--format=", "--name-only", "HEAD");
}

test("a commit takes up nothing of a hidden file, whatever its path begins with", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  const hidden = [
    "0:a/.env",
    "a/.env",
    "1:b/.env",
    ":0:a/.env",
    "(top)/.env",
    "^c/.env",
    "@{0}/.env",
  ];
  await createRepository(path, {
    ...Object.fromEntries(hidden.map((one) => [one, `${one}\n`])),
    f: "",
  });
  for (const name of hidden) await writeInto(path, name, "");
  await writeInto(path, "f", "more\n");
  expect((await commitHidden(path, { hidden })).split("\n")).toEqual(["f"]);
  // The control: without its stage, what stands before a colon is taken for one
  const naive = toHiddenScript().replace(":0:$1", ":$1");
  await git(path, "commit", "-q", "--allow-empty", "-m", "3");
  for (const name of hidden) await writeInto(path, name, "x");
  expect(await commitHidden(path, { hidden, script: naive })).toContain("0:a/.env");
  recordScore({
    row: 53,
    test: "paths of hidden files that git reads as something else",
    attempts: hidden.length,
    blocked: hidden.length,
    controlSucceeded: 1,
  });
});

test("a hidden file belongs to each repository whose settings name its work tree", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  const both = { ".env": "A=<key>\n", "home/.env": "A=\n" };
  await createRepository(path, both);
  for (const [name, worktree, file] of [
    ["dot.git", "..", "config"],
    ["home.git", join(path, "home"), "config.worktree"],
    ["gone.git", "../gone", "config"],
    ["plain.git", undefined, "config"],
  ] as const) {
    const own = join(path, name);
    await git(path, "init", "-q", "--bare", own);
    if (worktree === undefined) continue;
    await git(path, "config", "--file", join(own, "config"), "core.bare", "false");
    await git(path, "config", "--file", join(own, file), "core.worktree", worktree);
  }
  await writeInto(path, "home/.env", "A=hunter2\n");
  await writeInto(path, ".env", "A=hunter2\n");
  const { frozen } = await plan([path]);
  expect(Object.fromEntries(frozen.map((one) => [one.gitDirectory, one.paths.toSorted()]))).toEqual(
    {
      [join(path, ".git")]: [".env", "home/.env"],
      [join(path, "dot.git")]: [".env", "home/.env"],
      [join(path, "home.git")]: [".env"],
    },
  );
});

test("what only a repository without a .git has of a hidden file is shown, and the same isn't hidden", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await createRepository(path, { ".env": "A=<key>\n", "a/.env": "A=committed\n" });
  await rename(join(path, ".git"), join(path, "dot.git"));
  await git(path, "config", "--file", join(path, "dot.git/config"), "core.worktree", "..");
  await writeInto(path, ".env", "A=hunter2\n");
  const { readable, ...planned } = await plan([path]);
  expect([toShown(path, planned as Protection), readable]).toEqual([
    { ".env": "A=<key>\n" },
    ["a/.env"],
  ]);
});

test("git finds hidden files of any name by what it's told of them, and no others", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  const hidden = ["a b.pem", "[x]*?.env", 'q"uo\\te', "#x", "!y", "ü", "new\nline", "end ", "d/e"];
  const others = ["ab.pem", "x.env", "x", "y", "e", "a/ü", "d/f"];
  await createRepository(path, { f: "" });
  for (const name of [...hidden, ...others]) await writeInto(path, name, "x");
  await writeFile(join(path, ".git/info/exclude"), toHiddenExcludes(hidden));
  await writeFile(join(path, ".git/info/attributes"), toHiddenAttributes(hidden));
  const listed = await git(path, "ls-files", "-o", "-z", "--exclude-standard");
  expect(
    listed
      .split("\0")
      .filter((name) => name !== "")
      .toSorted(),
  ).toEqual(others.toSorted());
  const all = [...hidden, ...others];
  const told = (await git(path, "check-attr", "-z", "filter", ...all)).split("\0");
  const filtered = all.filter((_, at) => told[at * 3 + 2] === "vaultbox-hidden");
  expect(filtered).toEqual(hidden);
  expect((await readdir(path)).length).toBeGreaterThan(hidden.length);
});
