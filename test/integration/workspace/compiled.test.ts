import { execFileSync } from "node:child_process";
import { rm, symlink, utimes } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { handoffLines } from "../../../src/workspace/handoff/handoff-text.ts";
import { git } from "../../support/git.ts";
import { recordScore } from "../../support/scoreboard.ts";
import { createWorkspaceFolder, writeInto } from "../../support/workspace-folder.ts";

const source = "def f(): return 1\n";

/** The compiled form of a Python module, as PEP 552 has it. */
function compiled(body: string, { flags = 0, time = 1_700_000_000 } = {}): string {
  const header = Buffer.alloc(16);
  // Below 0x80 each, so that it is the same as text
  header.write("\u000b\r\r\n", "latin1");
  header.writeUInt32LE(flags, 4);
  header.writeUInt32LE(time & 0x7f7f7f7f, 8);
  header.writeUInt32LE(source.length, 12);
  return header.toString("latin1") + body;
}

const forgeries = [
  {
    what: "for the same source",
    before: compiled("one"),
    after: compiled("two"),
    change: "changed",
  },
  {
    what: "too large to be read",
    before: compiled("one"),
    after: compiled("x".repeat(2e6)),
    change: "changed",
  },
  {
    what: "that never asks for its source",
    before: compiled("one"),
    after: compiled("two", { flags: 1, time: 5 }),
    change: "changed",
  },
  { what: "the same, new", before: undefined, after: compiled("two", { flags: 1 }), change: "new" },
] as const;

test.each(forgeries)(
  "a compiled Python module that its source doesn't account for is told: $what",
  async ({ what, before, after, change }) => {
    await using folder = await createWorkspaceFolder();
    const { workspace, during } = folder;
    await writeInto(workspace, "app/util.py", source);
    const path = "app/__pycache__/util.cpython-311.pyc";
    if (before !== undefined) await writeInto(workspace, path, before);
    const { entries } = await during(() => writeInto(workspace, path, after));
    expect(
      entries.map((entry) => `${entry.change} ${entry.path}`),
      what,
    ).toEqual([`${change} ${path}`]);
    recordScore({
      row: 31,
      test: `compiled modules that aren't their source's: ${what}`,
      attempts: 1,
      blocked: 1,
      controlSucceeded: 1,
    });
  },
);

test("what Python compiles anew for a changed source is only counted", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const path = "app/__pycache__/util.cpython-311.pyc";
  await writeInto(workspace, path, compiled("one"));
  const handoff = await during(async () => {
    await writeInto(workspace, path, compiled("two", { time: 1_700_000_009 }));
    await writeInto(workspace, "app/__pycache__/new.cpython-311.pyc", compiled("new"));
  });
  expect(handoff.entries).toEqual([]);
  expect(handoff.compiled).toMatchObject({ count: 2, tools: ["Python"] });
  const quiet = await during(async () => {
    await rm(join(workspace, path));
    // Not its content
    await utimes(join(workspace, "app/__pycache__/new.cpython-311.pyc"), 1, 1);
  });
  expect(quiet.entries).toEqual([]);
});

test("modules that run before or without their source, and a cache that is a link, are told", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const paths = [
    "json.pyc",
    "app/util.cpython-311-x86_64-linux-gnu.so",
    "a.abi3.so",
    "lisp/a.elc",
    "vendor/bin/tool",
  ];
  await writeInto(workspace, "docs/util.cpython-311.pyc", "one");
  await writeInto(workspace, "app/util.py", source);
  const { entries } = await during(async () => {
    for (const path of paths) await writeInto(workspace, path, "two");
    await symlink("../docs", join(workspace, "app/__pycache__"));
  });
  const told = entries.map(({ path }) => path).toSorted();
  expect(told).toEqual([...paths, "app/__pycache__"].toSorted());
});

const built = [
  "target/debug/build/a-1/build-script-build",
  "target/debug/deps/libmacro.so",
  "_build/dev/lib/a/ebin/a.beam",
  "node_modules/.cache/babel/a.json",
  ".parcel-cache/a",
  ".next/server/app/page.js",
  "obj/project.assets.json",
  ".stack-work/dist/a",
  "out/A.class",
  "a.o",
  "app/__pycache__/b.cpython-312.pyc",
];

test("a build leaves one line with a count and names, and no command that removes files", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  for (const path of ["old.o", "target/debug/deps/libold.so"])
    await writeInto(workspace, path, "one");
  // Longer ago than the clock of a file system is behind
  await sleep(200);
  const none = await during(() => Promise.resolve());
  expect([none.compiled, handoffLines(none)]).toEqual([undefined, []]);
  const handoff = await during(async () => {
    for (const path of built) await writeInto(workspace, path, "two");
  });
  expect(handoff.entries).toEqual([]);
  expect(handoff.compiled?.count).toBe(built.length);
  const lines = handoffLines(handoff);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain("11 compiled files are new or changed (");
  expect(handoff.compiled?.paths.toSorted()).toEqual(built.toSorted());
  expect(lines[0]).toMatch(/: .*, and 7 more$/);
});

test("branches and packages that have names of compiled files aren't among them", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await git(workspace, "init", "-q");
  await git(workspace, "commit", "-q", "--allow-empty", "-m", "one");
  const others = [".venv/lib/python3.11/site-packages/numpy/core.so", "node_modules/esb/native.so"];
  const { compiled: found } = await during(async () => {
    for (const path of [...others, "x.o"]) await writeInto(workspace, path, "two");
    await git(workspace, "branch", "fix/libfoo.so");
    await git(workspace, "tag", "v1.0.a");
  });
  expect(found).toMatchObject({ count: 1, paths: ["x.o"] });
  // What a command goes by that looks for names: it would remove these too
  const named = execFileSync("find", [workspace, "-name", "*.so", "-o", "-name", "*.[oa]"]);
  const controls = named.toString().trim().split("\n").length - 1;
  expect(controls).toBeGreaterThanOrEqual(4);
  recordScore({
    row: 31,
    test: "names of compiled files, of what is none",
    attempts: 4,
    blocked: 4,
    controlSucceeded: 4,
  });
});
