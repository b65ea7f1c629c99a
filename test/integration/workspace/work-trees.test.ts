import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import type { Handoff } from "../../../src/workspace/handoff/handoff.ts";
import { git, gitEnvironment } from "../../support/git.ts";
import { filter, hook, hooks, newTrees, type NewTree } from "./new-trees.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createSessionsPlace, type SessionsPlace } from "../../support/sessions-place.ts";

const run = promisify(execFile);

/** Folders of one repository that people start sessions in at the same time. */
const folders = {
  main: "main",
  outside: "wt",
  below: "main/.agents/x",
} as const;
type Kind = keyof typeof folders;
const pairs = (Object.keys(folders) as Kind[]).flatMap((first) =>
  (Object.keys(folders) as Kind[])
    .filter((second) => second !== first)
    .map((second) => [first, second] as const),
);

/** A repository with a submodule, and linked work trees. */
async function createPlace() {
  const place = await createSessionsPlace();
  const base = place.workspace;
  const main = join(base, "main");
  for (const name of ["main", "source"]) {
    await mkdir(join(base, name));
    await git(join(base, name), "init", "-q", "-b", "main");
    await git(join(base, name), "commit", "-q", "--allow-empty", "-m", "one");
  }
  const allow = ["-c", "protocol.file.allow=always"];
  await git(main, ...allow, "submodule", "add", "-q", join(base, "source"), "sub");
  await git(main, "commit", "-q", "-m", "sub");
  await git(main, "config", "extensions.worktreeConfig", "true");
  await git(main, "worktree", "add", "-q", join(base, "wt"));
  await git(main, "worktree", "add", "-q", "-b", "below", join(base, "main/.agents/x"));
  return { ...place, base, main, gitFolder: join(main, ".git") };
}

function open(place: SessionsPlace, kind: Kind) {
  return place.open({ workspace: join(place.workspace, folders[kind]) });
}

/** An unfinished rebase that runs a command. */
async function plantRebase(gitFolder: string): Promise<void> {
  await mkdir(join(gitFolder, "rebase-merge"));
  await writeFile(join(gitFolder, "rebase-merge/git-rebase-todo"), "exec true\n");
}

const orders = pairs.flatMap(([first, second]) =>
  ([0, 1] as const).map((endsFirst) => ({
    first,
    second,
    endsFirst,
    ending: [first, second][endsFirst],
  })),
);

test.each(orders)(
  "sessions in $first and then $second hold nothing of what the user had, and keep each other's mount points, when that in $ending ends first",
  async ({ first, second, endsFirst }) => {
    await using place = await createPlace();
    const point = join(place.gitFolder, "info/attributes");
    const sessions = [await open(place, first), await open(place, second)] as const;
    expect(existsSync(point)).toBe(true);
    const one = await sessions[endsFirst].end();
    expect(existsSync(point)).toBe(true);
    const other = await sessions[endsFirst === 0 ? 1 : 0].end();
    expect([one.entries, other.entries]).toEqual([[], []]);
    expect(existsSync(point)).toBe(false);
  },
);

const fates = pairs.flatMap(([first, second]) =>
  (["ends", "dies"] as const).map((fate) => ({ first, second, fate })),
);

describe("what one session left in the repository that another one shares isn't the user's", () => {
  const row = "what a session leaves in a repository that another one's work tree belongs to";

  test.each(fates)(
    "when the one in $first began, the other in $second, and the first $fate later",
    async ({ first, second, fate }) => {
      await using place = await createPlace();
      const { gitFolder } = place;
      const one = await open(place, first);
      await symlink("/nonexistent/.bashrc", join(gitFolder, "COMMIT_EDITMSG.x"));
      await plantRebase(join(gitFolder, "modules/sub"));
      const two = await open(place, second);
      if (fate === "dies") await one.die();
      const { entries } = await two.end();
      const isDisabled = (name: string): boolean =>
        name.startsWith("COMMIT_EDITMSG.x.vaultbox-disabled");
      expect(readdirSync(gitFolder).filter(isDisabled)).toHaveLength(1);
      // As long as the first one runs, the rebase may be its own
      const change = fate === "dies" ? "disabled" : "dangerous";
      expect(entries).toContainEqual(expect.objectContaining({ change }));
      if (fate === "ends") await one.end();
      expect(existsSync(join(gitFolder, "modules/sub/rebase-merge"))).toBe(false);
      const test = `${row}: ${first}, ${second}, ${fate}`;
      recordScore({ row: 57, test, attempts: 2, blocked: 2, controlSucceeded: 0 });
    },
  );

  test("but what the user had before both is (control)", async () => {
    await using place = await createPlace();
    await plantRebase(place.gitFolder);
    const sessions = [await open(place, "main"), await open(place, "outside")];
    for (const session of sessions) expect((await session.end()).entries).toEqual([]);
    const test = `${row}: control`;
    recordScore({ row: 57, test, attempts: 0, blocked: 0, controlSucceeded: 1 });
  });
});

test("a rebase of a session that runs isn't taken from it by another one that ends, and is disabled when its own ends", async () => {
  await using place = await createPlace();
  const { gitFolder } = place;
  const linked = await open(place, "outside");
  const main = await open(place, "main");
  await plantRebase(gitFolder);
  const [entry] = (await linked.end()).entries;
  expect(entry).toMatchObject({ change: "dangerous", path: gitFolder });
  expect(entry?.detail).toContain(`session ${main.id} works there, and holds it when it ends`);
  expect(existsSync(join(gitFolder, "rebase-merge"))).toBe(true);
  const { entries } = await main.end();
  expect(entries).toMatchObject([{ change: "disabled", path: ".git" }]);
  expect(existsSync(join(gitFolder, "rebase-merge"))).toBe(false);
  // One that went on to its end is none
  const again = await open(place, "main");
  const beside = await open(place, "outside");
  await plantRebase(gitFolder);
  await beside.end();
  await rm(join(gitFolder, "rebase-merge"), { recursive: true });
  expect((await again.end()).entries).toEqual([]);
});

/** The same in a linked work tree: what a sandbox makes there, and whether its program runs. */
async function tryLinked(
  { before, plant, use }: NewTree,
  protect: "default" | "none",
): Promise<{ readonly ran: boolean; readonly entries: Handoff["entries"] }> {
  await using place = await createSessionsPlace();
  const [main, home] = [join(place.workspace, "main"), join(place.workspace, "home")];
  for (const path of [main, home]) await mkdir(path);
  const { GIT_CONFIG_GLOBAL: _, ...plain } = gitEnvironment;
  const env = { ...plain, HOME: home, P: join(home, "p") };
  vi.stubEnv("HOME", home);
  onTestFinished(() => void vi.unstubAllEnvs());
  await writeFile(env.P, `#!/bin/sh\ntouch '${home}/RAN'\ncat\n`, { mode: 0o755 });
  const shell = (cwd: string, lines: string): Promise<unknown> =>
    run("sh", ["-c", lines], { cwd, env }).catch(() => undefined);
  await git(main, "init", "-q", "-b", "main");
  await git(main, "commit", "-q", "--allow-empty", "-m", "one");
  await shell(main, `${before}; git worktree add -q ../linked`);
  const linked = join(place.workspace, "linked");
  const session = await place.open({ workspace: linked, settings: { hide: [], protect } });
  await shell(linked, plant);
  const { entries } = await session.end();
  await shell(linked, use);
  return { ran: readdirSync(home).includes("RAN"), entries };
}

test("what is dangerous in a submodule's repository is so in each folder that it's seen from, and nothing else of it", async () => {
  await using place = await createPlace();
  const modules = join(place.gitFolder, "modules");
  const main = await open(place, "main");
  const linked = await open(place, "outside");
  await plantRebase(join(modules, "sub"));
  expect((await main.end()).entries).toMatchObject([
    { change: "dangerous", path: ".git/modules/sub" },
    { change: "dangerous", path: "sub/.git" },
  ]);
  // From there its work tree is elsewhere, as it was before
  const again = await open(place, "outside");
  const { entries } = await again.end();
  expect(entries).toMatchObject([{ change: "dangerous", path: join(modules, "sub") }]);
  expect(entries[0]?.detail).not.toContain("core.worktree");
  await linked.end();
  expect(readdirSync(modules)).toEqual(["sub"]);
  expect(existsSync(join(modules, "sub/rebase-merge"))).toBe(false);
});

const copied: NewTree = {
  name: "a copied .git file",
  before: filter,
  plant: `mkdir -p n/tools; cp .git .gitattributes n; cp "$P" n/tools/clean; echo 2 > n/f.x`,
  use: "cd n; git status",
};

describe("in a linked work tree a new one is disabled as in the main one", () => {
  test.each([...newTrees.slice(0, 3), copied])("when it runs a program: $name", async (tree) => {
    const { ran, entries } = await tryLinked(tree, "default");
    expect(ran).toBe(false);
    expect(entries.filter(({ change }) => change === "disabled")).toHaveLength(1);
    // The control: nothing is held
    expect((await tryLinked(tree, "none")).ran).toBe(true);
    const test = `programs in new work trees beside a linked one: ${tree.name}`;
    recordScore({ row: 28, test, attempts: 1, blocked: 1, controlSucceeded: 1 });
  });

  test.each(Object.entries({ filter, hooks, hook }))(
    "and stays when nothing of the user's settings would run in it: a %s",
    async (name, before) => {
      const plant = "git worktree add -q n; echo text > n/other; git -C n add other";
      const { entries } = await tryLinked({ name, before, plant, use: "true" }, "default");
      const repositories = entries.filter(({ kind }) => kind === "repositories");
      expect(repositories.map(({ change, path }) => `${change} ${basename(path)}`)).toEqual([
        "new .git",
        "new n",
      ]);
      expect(entries.filter(({ change }) => change !== "new")).toEqual([]);
    },
  );
});

test("a .git file that names a repository in no folder of the session is disabled", async () => {
  await using place = await createPlace();
  const session = await open(place, "outside");
  const { workspace } = place;
  for (const [name, named] of [
    ["a", join(workspace, "source/.git")],
    ["b", "../../source/.git"],
    ["c", "/proc/self/cwd/.git"],
  ] as const) {
    await mkdir(join(workspace, "wt", name));
    await writeFile(join(workspace, "wt", name, ".git"), `gitdir: ${named}\n`);
  }
  const { entries } = await session.end();
  const text = expect.stringContaining("names a repository outside the workspace");
  expect(entries).toMatchObject(["a", "b", "c"].map(() => ({ change: "disabled", detail: text })));
});
