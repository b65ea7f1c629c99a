import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findWorkTree } from "../../../../src/workspace/git-dir/git-location.ts";
import { createGitFolder } from "../../../support/git.ts";

test("the work tree around a folder is found as git finds it, and never at the home folder", async () => {
  await using folder = await createGitFolder();
  const top = folder.path;
  const inner = join(top, "a/b");
  await mkdir(join(top, ".git"), { recursive: true });
  await mkdir(inner, { recursive: true });
  const find = (home: string, ceilings = ""): string | undefined =>
    findWorkTree(inner, home, { GIT_CEILING_DIRECTORIES: ceilings });
  expect(find("/nowhere")).toBe(top);
  // Dotfiles that are kept in a repository
  expect(find(top)).toBeUndefined();
  expect(find("/nowhere", `/other:${top}`)).toBeUndefined();
  expect(find("/nowhere", `relative:${join(top, "a")}`)).toBeUndefined();
  expect(find("/nowhere", inner)).toBe(top);
  // A submodule, or a linked work tree, on the way
  await writeFile(join(top, "a/.git"), "gitdir: ../.git/modules/a\n");
  expect(find("/nowhere")).toBe(join(top, "a"));
});
