import { readdir, mkdir, readFile, rm, stat, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Folder } from "../../../src/base/fs/beneath.ts";
import { defaultWorkspaceSettings } from "../../../src/policy/workspace-settings.ts";
import { planProtection } from "../../../src/workspace/protect/protection.ts";
import { createScanBudget, startLimits } from "../../../src/workspace/scan-budget.ts";
import { scanWorkspace } from "../../../src/workspace/scan/scan.ts";
import { git } from "../../support/git.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { openShared } from "../../support/shared-place.ts";
import { createWorkspaceFolder, writeInto } from "../../support/workspace-folder.ts";
import { toLooked, toWorkspaceRoot } from "../../support/workspace-root.ts";

/** Settings with which a program runs something, or goes elsewhere for its settings. */
const dangerous: readonly (readonly [path: string, content: string])[] = [
  [".hg/hgrc", "[hooks]\npre-status = touch RAN\n"],
  [".hg/hgrc", "[extensions]\nx = ./x.py\n"],
  [".hg/hgrc", "[alias]\nstatus = !touch RAN\n"],
  [".hg/hgrc", "[ui]\nssh = ./run\n"],
  [".hg/hgrc", "[ui]\nusername = a\n editor = ./run\n"],
  [".hg/hgrc", "%include ../settings\n"],
  [".hg/hgrc", "[paths]\ndefault = ssh://-oProxyCommand=run/x\n"],
  [".hg/hgrc-not-shared", "[hooks]\nupdate = ./run\n"],
  [".hg/requires", "share-safe\nshared\n"],
  [".hg/sharedpath", "../elsewhere/.hg\n"],
  [".sl/config", "[hooks]\npre-status = touch RAN\n"],
  [".sl/requires", "relshared\n"],
  [".jj/repo/config.toml", '[aliases]\nst = ["util", "exec", "--", "touch", "RAN"]\n'],
  [".jj/repo/config.toml", 'ui.pager = "./run"\n'],
  [".jj/repo/config.toml", 'user.name = """\n[ui]\n"""\n'],
  [".jj/repo/config.toml", '"ui"."pager" = "./run"\n'],
  [".jj/workspace-config.toml", '[fix.tools.x]\ncommand = ["./run"]\n'],
  [".jj/repo/store/git_target", "../../../../elsewhere"],
  ["_darcs/prefs/defaults", "ALL posthook touch RAN\nALL run-posthook\n"],
  ["_darcs/prefs/prefs", "test touch RAN\n"],
  [".pijul/config", '[hooks]\nrecord = ["touch RAN"]\n'],
  [".bzr/branch/branch.conf", "post_commit = x.run\n"],
  [".HG/hgrc", "[hooks]\npre-status = touch RAN\n"],
  [".h\u200cg/hgrc", "[hooks]\npre-status = touch RAN\n"],
  [".h\u200dg. /hgrc", "[hooks]\npre-status = touch RAN\n"],
  [".jj/repo", "../../elsewhere/repo"],
];

/** What the systems write themselves. */
const harmless: readonly (readonly [path: string, content: string])[] = [
  [
    ".hg/hgrc",
    "# example\n\n[paths]\ndefault = https://hg.example/x\ndefault:pushurl = ssh://hg@hg.example/x\n",
  ],
  [".hg/requires", "dotencode\nfncache\nshare-safe\nstore\n"],
  [".sl/config", "%include builtin:git.rc\n\n[paths]\ndefault = https://example.com/a/b\n"],
  [".jj/repo/config.toml", '[revset-aliases]\n"trunk()" = "main@origin"\n\n[user]\nname = "A"\n'],
  [".jj/repo/store/git_target", "../../../.git"],
  [".pijul/config", 'default_remote = "https://example.com/a"\n'],
  [".bzr/branch/branch.conf", "parent_location = https://example.com/a/\n"],
];

describe("a repository of another system is disabled when its settings run something", () => {
  const left = openShared(async (stack) => {
    const { workspace, during } = stack.use(await createWorkspaceFolder());
    const handoff = await during(async () => {
      for (const [index, [path, content]] of dangerous.entries()) {
        await writeInto(workspace, `${index}/${path}`, content);
      }
    });
    return { workspace, handoff };
  });

  test.each(dangerous)("%j with %j", async (path, content) => {
    const { workspace, handoff } = left();
    const index = dangerous.findIndex((one) => one[0] === path && one[1] === content);
    const disabled = `${index}/${path.split("/")[0] ?? ""}`;
    expect(handoff.entries).toContainEqual(
      expect.objectContaining({ change: "disabled", path: disabled }),
    );
    await expect(stat(join(workspace, disabled))).rejects.toThrow("ENOENT");
    await expect(stat(join(workspace, `${disabled}.vaultbox-disabled`))).resolves.toBeDefined();
    recordScore({
      row: 46,
      test: `settings of other version control systems that run something: ${JSON.stringify([path, content])}`,
      attempts: 1,
      blocked: 1,
      // A look for git's repositories alone
      controlSucceeded: path.includes(".git") ? 0 : 1,
    });
  });

  test("and nothing else is", () => {
    const disabled = left().handoff.entries.filter(({ change }) => change === "disabled");
    expect(disabled).toHaveLength(dangerous.length);
  });
});

describe("a repository of another system with plain settings is named and stays", () => {
  const left = openShared(async (stack) => {
    const { workspace, during } = stack.use(await createWorkspaceFolder());
    return await during(async () => {
      for (const [index, [path, content]] of harmless.entries()) {
        await writeInto(workspace, `${index}/${path}`, content);
      }
    });
  });

  test.each(harmless)("%j with %j", (path, content) => {
    const index = harmless.findIndex((one) => one[0] === path && one[1] === content);
    const entries = left().entries.filter((one) => one.path.startsWith(`${index}/`));
    const kinds = entries.filter(({ kind }) => kind === "repositories");
    expect(kinds.map(({ change }) => change)).toEqual(["new"]);
  });
});

test("what a system runs in a repository that was there is read-only, and the place of missing settings is kept", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace } = folder;
  await writeInto(workspace, "a/.hg/requires", "store\n");
  await writeInto(workspace, "a/.hg/store/00changelog.i", "");
  await writeInto(workspace, "b/.jj/repo/config.toml", 'ui.pager = "less"\n');
  await writeInto(
    workspace,
    "c/.sl/config",
    "[paths]\ndefault = https://a:hunter2@example.com/x\n",
  );
  using root = Folder.openRoot(workspace);
  const options = { hide: undefined, deep: false, budget: createScanBudget(startLimits) };
  const scan = await scanWorkspace(root, workspace, options);
  const plan = await planProtection(toLooked(toWorkspaceRoot(workspace, root), scan), {
    protect: "default",
    hides: true,
    budget: createScanBudget(startLimits),
  });
  const from = (path: string): string => path.slice(workspace.length + 1);
  expect(plan.own.map(({ bind }) => `${from(bind.target)} ${bind.readOnly ? "ro" : "rw"}`)).toEqual(
    [
      "a rw",
      "a/.hg rw",
      "a/.hg/requires ro",
      "b rw",
      "b/.jj rw",
      "b/.jj/repo rw",
      "c rw",
      "c/.sl rw",
    ],
  );
  const copies = plan.copies.map(({ target, content }) => [
    from(target),
    content instanceof Uint8Array ? Buffer.from(content).toString() : content,
  ]);
  expect(new Map(copies as [string, string][])).toEqual(
    new Map([
      ["a/.hg/hgrc", ""],
      ["a/.hg/hgrc-not-shared", ""],
      ["b/.jj/repo/config.toml", 'ui.pager = "less"\n'],
      ["c/.sl/config", "[paths]\ndefault = https://example.com/x\n"],
    ]),
  );
  expect(plan.mountPoints[0]?.points.map(({ names }) => names.join("/"))).toEqual([
    "a/.hg/hgrc",
    "a/.hg/hgrc-not-shared",
  ]);
});

test("of a repository that was there only the file that is new is disabled, and the user's own counts as before", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await git(workspace, "init", "-q");
  await writeInto(workspace, "mine/.hg/hgrc", "[hooks]\npre-status = mine\n");
  await writeInto(workspace, "theirs/.jj/repo/store/type", "git");
  const handoff = await during(async () => {
    await writeInto(workspace, "theirs/.jj/repo/config.toml", 'ui.pager = "./run"\n');
    await writeInto(workspace, ".git/sl/config", "[hooks]\npre-status = touch RAN\n");
  });
  expect(handoff.entries.map(({ change, path }) => `${change} ${path}`).toSorted()).toEqual([
    "disabled .git",
    "disabled theirs/.jj",
  ]);
  const heldIn = async (path: string, name: string): Promise<string> => {
    const names = await readdir(join(workspace, path));
    return join(
      workspace,
      path,
      names.find((one) => one.startsWith(`${name}.vaultbox-disabled-`)) ?? "",
    );
  };
  const disabled = await heldIn("theirs/.jj/repo", "config.toml");
  expect(await readFile(disabled, "utf8")).toBe('ui.pager = "./run"\n');
  await stat(await heldIn(".git/sl", "config"));
  await stat(join(workspace, "mine/.hg/hgrc"));
});

test("a repository of another system that is a link is disabled, and said without protection", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await mkdir(join(workspace, "a"));
  const link = (): Promise<void> => symlink("../x", join(workspace, "a/.hg"));
  const disabled = await during(link);
  expect(disabled.entries.map(({ change, path }) => `${change} ${path}`)).toEqual([
    "disabled a/.hg",
  ]);
  await rm(join(workspace, "a"), { recursive: true });
  await mkdir(join(workspace, "a"));
  const settings = { ...defaultWorkspaceSettings, protect: "none" as const };
  const said = await during(link, settings);
  expect(said.entries.map(({ change }) => change)).toEqual(["dangerous"]);
});
