import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { git } from "../../support/git.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createWorkspaceFolder, writeInto } from "../../support/workspace-folder.ts";

const files = [
  "lazygit.yml",
  "branchless/config",
  "av/config.yaml",
  "gk/config",
  "gitbutler/a.toml",
];

test("what programs around git go by in the folders of repositories is told, also in modules and bare ones", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await git(workspace, "init", "-q");
  await git(workspace, "init", "-q", "--bare", ".git/modules/a/b");
  await git(workspace, "init", "-q", "--bare", "bare.git");
  await writeInto(workspace, ".git/gk/config", "one");
  await git(
    workspace,
    "-c",
    "user.name=a",
    "-c",
    "user.email=a@b",
    "commit",
    "--allow-empty",
    "-qm1",
  );
  const places = [".git", ".git/modules/a/b", "bare.git"];
  const paths = places.flatMap((place) => files.map((file) => `${place}/${file}`));
  const { entries } = await during(async () => {
    for (const path of paths) await writeInto(workspace, path, "two");
    await mkdir(join(workspace, ".git/safe"));
  });
  const told = entries.filter(({ kind }) => kind === "settings of git tools");
  const expected = paths.map((path) => `${path === ".git/gk/config" ? "changed" : "new"} ${path}`);
  expect(told.map(({ change, path }) => `${change} ${path}`).toSorted()).toEqual(
    [...expected, "new .git/safe"].toSorted(),
  );
  // Git's own work is no finding
  const quiet = await during(async () => {
    await git(
      workspace,
      "-c",
      "user.name=a",
      "-c",
      "user.email=a@b",
      "commit",
      "--allow-empty",
      "-qm2",
    );
    await git(workspace, "gc", "-q");
  });
  expect(quiet.entries).toEqual([]);
  recordScore({
    row: 46,
    test: "settings of programs around git in its folders",
    attempts: paths.length,
    blocked: told.length - 1,
    // Of a walk that stays out of them
    controlSucceeded: paths.length,
  });
});
