import { symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { readStartFiles } from "../../../../src/sandbox/home/read-start-files.ts";
import {
  compareStartFiles,
  readRecord,
  toRecordPath,
  writeRecord,
  type StartFiles,
} from "../../../../src/sandbox/home/start-file-record.ts";
import { findStartKind } from "../../../../src/sandbox/home/start-files.ts";
import { createHome, readHome } from "./kept-home.ts";

const long = `bin/${"a".repeat(90)}/${"b".repeat(120)}`;

const files = {
  ".bashrc": "alias ls=x",
  ".config/git/config": "[core]",
  [long]: "#!/bin/sh",
  "notes/todo.txt": "not by itself",
  ".cache/blob": "x".repeat(100_000),
};

test.each(["pax", "gnu", "posix"])(
  "start files are read out of a tar in the form %s",
  async (format) => {
    const home = await createHome(files);
    await symlink("/etc/passwd", join(home, "bin/git"));
    const { digests, complete } = await readHome(home, { format });
    expect([...digests.keys()].toSorted()).toEqual(
      [".bashrc", ".config/git/config", "bin/git", long].toSorted(),
    );
    expect(digests.get("bin/git")).toBe("link x /etc/passwd");
    expect(complete).toBe(true);
  },
);

test("what is new, changed, executable now or gone is told; what vaultbox put there and what stayed isn't", async () => {
  const before = await readHome(await createHome(files));
  const seeded = {
    path: ".claude/settings.json",
    mode: 0o644,
    content: "{}",
    existing: "merge-json",
  } as const;
  const after = await readHome(
    await createHome({
      ...files,
      ".bashrc": "alias ls=y",
      [long]: "#!/bin/sh",
      ".claude/settings.json": "{}",
      ".claude/hooks/run.sh": "x",
    }),
  );
  const digests = new Map(after.digests);
  digests.delete(".config/git/config");
  const changes = compareStartFiles(before.digests, { ...after, digests }, [seeded]);
  expect(changes.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
    { change: "changed", kind: "shells", path: ".bashrc" },
    { change: "new", kind: "agents", path: ".claude/hooks/run.sh" },
    { change: "removed", kind: "git", path: ".config/git/config" },
  ]);
});

test("of Claude Code's own state only what it starts counts", async () => {
  const read = async (state: object): Promise<StartFiles> =>
    readHome(await createHome({ ".claude.json": JSON.stringify(state) }));
  const base = { numStartups: 1, projects: { "/w": { history: [], mcpServers: {} } } };
  const first = await read(base);
  const played = await read({
    ...base,
    numStartups: 2,
    projects: { "/w": { history: ["x"], mcpServers: {} } },
  });
  expect(compareStartFiles(first.digests, played, [])).toEqual([]);
  const armed = { "/w": { history: [], mcpServers: { x: { command: "sh" } } } };
  const changed = await read({ ...base, projects: armed });
  expect(compareStartFiles(first.digests, changed, [])).toHaveLength(1);
});

test("a home with more start files than are looked at is said not to be complete, and a broken tar fails", async () => {
  const many = Object.fromEntries(Array.from({ length: 2100 }, (_, at) => [`bin/${at}`, ""]));
  const { digests, complete } = await readHome(await createHome(many));
  expect([complete, digests.size <= 2001]).toEqual([false, true]);
  const open = (): Promise<Readable> => Promise.resolve(Readable.from([Buffer.alloc(700, "x")]));
  const signal = AbortSignal.timeout(10_000);
  await expect(readStartFiles({ open, home: "/h", signal })).rejects.toThrow("tar");
});

test("a record is read as it was written, and a damaged one is none", async () => {
  const folder = await createHome({});
  const path = toRecordPath(folder, "vaultbox-home-dev");
  expect(await readRecord(path)).toEqual(new Map());
  const record = new Map([[".bashrc", "abc -"]]);
  await writeRecord(path, record);
  expect(await readRecord(path)).toEqual(record);
  await writeFile(path, "{");
  expect(await readRecord(path)).toEqual(new Map());
});

test.each([
  ".profile",
  ".zshenv",
  ".config/fish/conf.d/a.fish",
  ".gitconfig",
  ".local/bin/git",
  ".npmrc",
  ".local/lib/python3.11/site-packages/a.pth",
  ".claude/settings.local.json",
  ".codex/config.toml",
  ".ssh/config",
  ".config/systemd/user/a.service",
])("%s is a start file", (path) => {
  expect(findStartKind(path)).toBeDefined();
});

test.each([
  ".cache/pip/x",
  "notes/.bashrc",
  ".npm/_cacache/a",
  ".claude/projects/a.jsonl",
  "xbashrc",
])("%s is none", (path) => expect(findStartKind(path)).toBeUndefined());
