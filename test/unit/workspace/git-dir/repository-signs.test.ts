import { expect, test } from "vitest";
import { isBareRepository, isGitName } from "../../../../src/workspace/git-dir/repository-signs.ts";

test("every spelling that a file system takes for .git counts, and no other name", () => {
  const spelled = [
    ".git",
    ".GIT",
    ".gi\u200ct",
    "\ufeff.git",
    ".git\u206f",
    "git~1",
    "GIT~1",
    ".git.",
    ".git. .",
    ".git ",
    ".git::$INDEX_ALLOCATION",
    ".git:stream",
    ".git\\config",
    "git~1 .:x",
    ".g\u00adit",
    ".git\ufe0f",
    ".gi\u{e0020}t",
  ];
  for (const name of spelled) expect([name, isGitName(name)]).toEqual([name, true]);
  const others = [
    ".github",
    ".gitignore",
    "git",
    "a.git",
    ".git-x",
    "git~2",
    ".git\u00e9",
    "..git",
  ];
  for (const name of others) expect([name, isGitName(name)]).toEqual([name, false]);
});

test("a folder is a bare repository however its names are spelled", () => {
  const toEntries = (...names: readonly string[]) =>
    names.map((name) => ({ name, kind: "folder" as const }));
  expect(isBareRepository(toEntries("HEAD", "objects", "refs"))).toBe(true);
  expect(isBareRepository(toEntries("he\u200dad", "OBJECTS ", "refs."))).toBe(true);
  expect(isBareRepository(toEntries("HEAD", "commondir:x"))).toBe(true);
  expect(isBareRepository(toEntries("HEAD", "object\u017f", "ref\u017f"))).toBe(true);
  expect(isBareRepository(toEntries("HEADER", "objects", "refs"))).toBe(false);
});
