import { readFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mkdir, writeFile } from "node:fs/promises";
import { parseIndexFlags } from "../../../../../src/workspace/git-dir/views/index-views.ts";
import { createGitFolder, git } from "../../../../support/git.ts";

/** Names that git sorts, shares the beginnings of, and pads to every length. */
const names = Array.from(
  { length: 40 },
  (_, index) => `${"d/".repeat(index % 3)}f${"x".repeat(index)}`,
);

describe.each(["sha1", "sha256"])("flags of an index with %s", (format) => {
  test.each(["2", "4"])("are read as git tells them in version %s", async (version) => {
    await using folder = await createGitFolder();
    const { path } = folder;
    await mkdir(join(path, "d/d"), { recursive: true });
    await git(path, "init", "-q", `--object-format=${format}`);
    for (const name of names) await writeFile(join(path, name), "");
    await git(path, "add", ".");
    await git(path, "update-index", "--index-version", version);
    const [skipped, assumed] = [names.slice(3, 7), names.slice(10, 12)];
    await git(path, "update-index", "--skip-worktree", ...skipped);
    await git(path, "update-index", "--assume-unchanged", ...assumed);
    const flags = parseIndexFlags(await readFile(join(path, ".git/index")));
    const told = (await git(path, "ls-files", "-v")).split("\n");
    const [sortedSkipped, sortedAssumed] = ["S ", "h "].map((executable) =>
      told.filter((line) => line.startsWith(executable)).map((line) => line.slice(2)),
    );
    expect(flags?.skipWorktree.count).toBe(skipped.length);
    expect(flags?.skipWorktree.paths).toEqual(sortedSkipped?.slice(0, 3));
    expect(flags?.assumeUnchanged.paths).toEqual(sortedAssumed);
  });
});

test("bytes that are no index are read to their end, and nothing is thrown", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  await mkdir(path, { recursive: true });
  await git(path, "init", "-q");
  for (const name of names.filter((one) => !one.includes("/")))
    await writeFile(join(path, name), "");
  await git(path, "add", ".");
  for (const version of ["2", "4"]) {
    await git(path, "update-index", "--index-version", version);
    const index = await readFile(join(path, ".git/index"));
    fc.assert(
      fc.property(
        fc.nat(index.length - 1),
        fc.nat(255),
        fc.nat(index.length),
        (at, byte, length) => {
          const changed = Buffer.from(index);
          changed[at] = byte;
          parseIndexFlags(changed);
          parseIndexFlags(changed.subarray(0, length));
        },
      ),
      { numRuns: 2000 },
    );
  }
  // Names that grow with every entry of a version 4 index would take the square of its length
  const entry = Buffer.concat([Buffer.alloc(60), Buffer.from([0, 0, 0, 0x61, 0])]);
  const count = 200_000;
  const grown = Buffer.concat([
    Buffer.from("DIRC\0\0\0\u0004", "latin1"),
    Buffer.from([0, 3, 13, 64]),
    ...Array.from({ length: count }, () => entry),
    Buffer.alloc(20),
  ]);
  const began = performance.now();
  expect(parseIndexFlags(grown)).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(500);
});
