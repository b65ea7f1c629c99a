import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Folder } from "../../../../../src/base/fs/beneath.ts";
import { createScanBudget, startLimits } from "../../../../../src/workspace/scan-budget.ts";
import { lookUpTracked } from "../../../../../src/workspace/hide/tracked/index-lookup.ts";
import { createGitFolder, git } from "../../../../support/git.ts";

const names = ["a/.env", "b.pem", ...Array.from({ length: 200 }, (_, index) => `f${index}`)];

/** What the index has, as vaultbox reads it and as git tells it. */
async function compare(path: string): Promise<void> {
  using folder = Folder.openRoot(join(path, ".git"));
  const found = lookUpTracked(folder, () => true, createScanBudget(startLimits));
  const read = [...found].map(([name, { id, mode }]) => `${mode.toString(8)} ${id} 0\t${name}`);
  const staged = (await git(path, "ls-files", "-s")).split("\n");
  const isPlain = (line: string): boolean => / 0\t/.test(line) && !line.endsWith("\tnew");
  expect(read.toSorted()).toEqual(staged.filter(isPlain).toSorted());
}

test.for([
  ["sha1", "2"],
  ["sha1", "4"],
  ["sha256", "3"],
] as const)(
  "an index of %s in version %s is read as git tells it, split or whole",
  async ([format, version]) => {
    expect.hasAssertions();
    await using folder = await createGitFolder();
    const { path } = folder;
    await mkdir(join(path, "a"), { recursive: true });
    await git(path, "init", "-q", "-b", "main", `--object-format=${format}`);
    for (const name of names) await writeFile(join(path, name), `${name}\n`);
    await git(path, "add", ".");
    await git(path, "update-index", "--index-version", version);
    await git(path, "commit", "-q", "-m", "1");
    await git(path, "update-index", "--skip-worktree", "a/.env");
    await compare(path);
    await git(path, "-c", "splitIndex.maxPercentChange=100", "update-index", "--split-index");
    await compare(path);
    const config = ["-c", "core.splitIndex=true", "-c", "splitIndex.maxPercentChange=100"];
    await writeFile(join(path, "f7"), "changed\n");
    await writeFile(join(path, "f150"), "changed too\n");
    await writeFile(join(path, "g"), "new\n");
    await git(path, ...config, "add", "f7", "f150", "g");
    await git(path, ...config, "rm", "-q", "--cached", "f9", "f10", "b.pem");
    await compare(path);
    // Only its name was added
    await writeFile(join(path, "new"), "new\n");
    await git(path, ...config, "add", "-N", "new");
    await compare(path);
    // A conflict has no content of its own
    await git(path, "update-index", "--no-split-index");
    await git(path, "rm", "-q", "--cached", "new");
    await git(path, "commit", "-q", "-m", "2");
    await git(path, "switch", "-q", "-f", "-c", "other", "HEAD~1");
    await writeFile(join(path, "f7"), "other\n");
    await git(path, "commit", "-q", "-a", "-m", "3");
    await git(path, "merge", "-q", "main").catch(() => undefined);
    await compare(path);
  },
);
