import { expect, test } from "vitest";
import { isBareRepository, isGitName } from "../../../../src/workspace/git-dir/repository-signs.ts";

test.each([
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
])("a file system takes %j for .git", (name) => {
  expect(isGitName(name)).toBe(true);
});

test.each([".github", ".gitignore", "git", "a.git", ".git-x", "git~2", ".git\u00e9", "..git"])(
  "no file system takes %j for .git",
  (name) => {
    expect(isGitName(name)).toBe(false);
  },
);

test("a folder is a bare repository however its names are spelled", () => {
  const toEntries = (...names: readonly string[]) =>
    names.map((name) => ({ name, kind: "folder" as const }));
  expect(isBareRepository(toEntries("HEAD", "objects", "refs"))).toBe(true);
  expect(isBareRepository(toEntries("he\u200dad", "OBJECTS ", "refs."))).toBe(true);
  expect(isBareRepository(toEntries("HEAD", "commondir:x"))).toBe(true);
  expect(isBareRepository(toEntries("HEAD", "object\u017f", "ref\u017f"))).toBe(true);
  expect(isBareRepository(toEntries("HEADER", "objects", "refs"))).toBe(false);
});
