import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import type { HomeFile } from "../../../../src/agents/agent-profile.ts";
import type { CreatedContainer } from "../../../../src/engine/engine.ts";
import { readFirstFile, toTar } from "../../../../src/engine/tar.ts";
import { seedHome, withParents } from "../../../../src/sandbox/home/home-seed.ts";

const sandboxUser = {
  uid: 1000,
  gid: 1000,
  userName: "agent",
  groupName: "agent",
  home: "/home/agent",
};
const files: readonly HomeFile[] = [
  { path: ".claude.json", mode: 0o600, content: "{}", existing: "merge-json" },
  { path: ".claude/settings.json", mode: 0o644, content: "{}", existing: "merge-json" },
  { path: ".claude/CLAUDE.md", mode: 0o644, content: "note", existing: "replace" },
];

/** The names that a home is seeded with, as tar reads them. */
async function seededWith(mounted: readonly string[], kept = false): Promise<readonly string[]> {
  const read: string[] = [];
  let names: readonly string[] = [];
  const container = {
    getArchive: (path: string) => {
      read.push(path);
      return Promise.resolve(undefined);
    },
    putArchive: (path: string, tar: Buffer) => {
      expect(path).toBe("/home");
      const list = execFileSync("tar", ["-t", "--numeric-owner", "-v"], {
        input: tar,
        encoding: "utf8",
      });
      const lines = list.trimEnd().split("\n");
      expect(lines.every((line) => line.includes(" 1000/1000 "))).toBe(true);
      names = lines.map((line) => line.replace(/^.*:\d\d /, ""));
      return Promise.resolve();
    },
  } as Partial<CreatedContainer> as CreatedContainer;
  await seedHome(container, { own: [], sandboxUser, files, mounted, volume: { name: "v", kept } });
  expect(read).toEqual(
    kept ? names.filter((name) => !name.endsWith("/")).map((name) => `/home/${name}`) : [],
  );
  return names;
}

test.each([false, true])(
  "what is mounted in the home is neither read nor written (kept: %s)",
  async (kept) => {
    expect(
      await seededWith(["/work", "/home/agent/.claude/CLAUDE.md", "/etc/passwd"], kept),
    ).toEqual(["agent/", "agent/.claude/", "agent/.claude.json", "agent/.claude/settings.json"]);
    expect(await seededWith(["/home/agent/.claude"], kept)).toEqual([
      "agent/",
      "agent/.claude.json",
    ]);
  },
);

test("the folders around a mount in the home belong to the sandbox's user, those within another mount are the host's", async () => {
  const names = await seededWith([
    "/home/agent/.config/tool/settings",
    "/home/agent/.claude",
    "/home/agent/.claude/skills/mine",
    "/home/other/place",
  ]);
  expect(names).toEqual(["agent/", "agent/.config/", "agent/.config/tool/", "agent/.claude.json"]);
});

test("a long path in the home keeps its name", async () => {
  const way = Array.from({ length: 12 }, (_, index) => `a-folder-with-a-name-${index}`);
  const names = await seededWith([`/home/agent/${way.join("/")}/x`]);
  expect(names).toContain(`agent/${way.join("/")}/`);
});

test("a mount of the whole home is seeded as a home", async () => {
  expect(await seededWith(["/home/agent"])).toContain("agent/.claude/CLAUDE.md");
});

test("an archive names each directory once, before what is in it, and reads back", () => {
  const files = [
    { path: ".claude/settings.json", mode: 0o600, content: "{}" },
    { path: ".claude/a/b", mode: 0o644, content: "x".repeat(600) },
  ];
  const entries = withParents(files, { root: "agent" });
  expect(entries.map(({ path }) => path)).toEqual([
    "agent/",
    "agent/.claude/",
    "agent/.claude/a/",
    "agent/.claude/settings.json",
    "agent/.claude/a/b",
  ]);
  const tar = toTar(entries, { uid: 1000, gid: 1000, modifiedAt: new Date() });
  expect(readFirstFile(tar)).toBe("{}");
  expect(tar.length % 512).toBe(0);
  expect(readFirstFile(Buffer.alloc(1024))).toBeUndefined();
  expect(readFirstFile(Buffer.alloc(10))).toBeUndefined();
});
