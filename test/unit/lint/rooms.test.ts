import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { findImportFault, readRooms } from "../../lint/rooms.ts";

const rooms = readRooms(`## Where a line belongs

| folder | what it is about | may import | packages |
|---|---|---|---|
| \`src/base/\` | | nothing | \`execa\` |
| \`src/git/\` | | \`base\`, \`policy/file\` | |
| \`src/git/wire/\` | \`not a folder\` | \`base\` | |
| \`src/policy/\` | | \`base\` | |
| \`src/policy/file/\` | | \`base\`, \`policy\` | \`@a/yaml\` |

## One request
| \`src/later/\` | | | |
`);

describe("an import", () => {
  test.each([
    ["of the same folder", "git/a.ts", "./b.ts"],
    ["of a folder within it that has no row", "git/a.ts", "./push/b.ts"],
    ["that its row allows", "git/push/a.ts", "../../base/fs/lock.ts"],
    ["of an inner folder that its row allows", "git/a.ts", "../policy/file/b.ts"],
    ["of a package at home", "policy/file/a.ts", "@a/yaml/part"],
    ["of a module of Node", "git/a.ts", "node:path"],
  ])("%s is right", (_, file, specifier) => {
    expect(findImportFault(rooms, file, specifier)).toBeUndefined();
  });

  test.each([
    ["against the order", "base/a.ts", "../git/b.ts", "src/base may not import src/git"],
    [
      "of the folder around an allowed one",
      "git/a.ts",
      "../policy/b.ts",
      "may not import src/policy",
    ],
    ["of an outer folder", "git/wire/a.ts", "../b.ts", "src/git/wire may not import src/git"],
    [
      "of an inner folder with its own row",
      "git/a.ts",
      "./wire/b.ts",
      "may not import src/git/wire",
    ],
    ["of a package elsewhere", "git/a.ts", "execa", '"execa" isn\'t at home in src/git'],
    [
      "of a folder that no row names",
      "git/a.ts",
      "../new/b.ts",
      "no row names the folder of src/new/b.ts",
    ],
    [
      "in a folder that no row names",
      "new/a.ts",
      "../base/b.ts",
      "no row names the folder of src/new/a.ts",
    ],
    ["of a name that only begins alike", "git/a.ts", "../basement/b.ts", "no row names"],
  ])("%s is a fault", (_, file, specifier, fault) => {
    expect(findImportFault(rooms, file, specifier)).toContain(fault);
  });
});

test("each folder of src/ has a row, and each row of src/ a folder", () => {
  const folders = new Set(readRooms().map(({ folder }) => folder.replace(/\/.*/, "")));
  expect(folders).toEqual(new Set(readdirSync("src")));
});

test("a page without the table isn't taken for one that forbids nothing", () => {
  expect(() => readRooms("# Architecture\n")).toThrow("has no table of folders");
});
