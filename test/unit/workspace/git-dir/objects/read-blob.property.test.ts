import { execFile } from "node:child_process";
import { mkdir, readdir, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { readFileSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Folder } from "../../../../../src/base/fs/beneath.ts";
import { readBlob, toBlobId } from "../../../../../src/workspace/git-dir/objects/read-blob.ts";
import { createGitFolder, git } from "../../../../support/git.ts";

const run = promisify(execFile);
const maxBytes = 1024 * 1024;
/** Alike enough to be kept as changes to each other, and bytes that no program can make smaller. */
const text = Array.from({ length: 2000 }, (_, line) => `line ${line * 7919}\n`);
const contents = [
  "",
  "A=\n",
  text.join(""),
  ...Array.from({ length: 30 }, (_, index) => text.toSpliced(index * 60, 3, `${index}\n`).join("")),
  `${"\0".repeat(70_000)}end`,
];

const toName = (index: number): string => String(index).padStart(3, "0");

/** @returns ids of the contents, as git says them */
async function makeRepository(path: string, format: string): Promise<readonly string[]> {
  await mkdir(path, { recursive: true });
  await git(path, "init", "-q", `--object-format=${format}`);
  for (const [index, content] of contents.entries())
    await writeFile(join(path, toName(index)), content);
  await git(path, "add", ".");
  await git(path, "commit", "-q", "-m", "all");
  const listed = await git(path, "ls-files", "-s");
  return listed
    .trim()
    .split("\n")
    .map((line) => line.split(/\s+/)[1] ?? "");
}

test.for(["sha1", "sha256"])(
  "what git has of a file is read as git gives it, loose and packed, with %s",
  async (format) => {
    await using folder = await createGitFolder();
    const { path } = folder;
    const ids = await makeRepository(path, format);
    const check = async (): Promise<void> => {
      using repository = Folder.openRoot(join(path, ".git"));
      for (const [index, id] of ids.entries()) {
        const content = readBlob(repository, id, maxBytes);
        expect(content?.toString()).toBe(contents[index]);
        expect(toBlobId(Buffer.from(contents[index] ?? ""), id.length)).toBe(id);
      }
      const commit = (await git(path, "rev-parse", "HEAD")).trim();
      expect(readBlob(repository, commit, maxBytes)).toBe(undefined);
      expect(readBlob(repository, "ab".repeat(commit.length / 2), maxBytes)).toBe(undefined);
    };
    await check();
    await git(path, "repack", "-adfq", "--depth=50", "--window=50");
    await check();
    // Changes that name their object by its id, and places beyond 2 GiB
    await git(path, "-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq", "--window=50");
    await check();
    const packs = join(path, ".git/objects/pack");
    const [pack = ""] = (await readdir(packs)).filter((name) => name.endsWith(".pack"));
    await rm(join(packs, pack.replace(".pack", ".idx")), { force: true });
    await git(path, "index-pack", "--index-version=2,0x10", join(packs, pack));
    await check();
  },
);

test("what is damaged, too large, or behind a link is not there, and nothing is thrown", async () => {
  await using folder = await createGitFolder();
  const { path } = folder;
  const ids = await makeRepository(path, "sha1");
  await git(path, "repack", "-adfq");
  const packs = join(path, ".git/objects/pack");
  const names = await readdir(packs);
  using repository = Folder.openRoot(join(path, ".git"));
  expect(readBlob(repository, ids[2] ?? "", 1000)).toBe(undefined);
  for (const name of names.filter((one) => /\.(?:pack|idx)$/.test(one))) {
    const file = join(packs, name);
    const good = readFileSync(file);
    await run("chmod", ["u+w", file]);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(ids.length - 1), (at, byte, one) => {
        const bad = Buffer.from(good);
        bad[at] = byte;
        writeFileSync(file, bad);
        const content = readBlob(repository, ids[one] ?? "", maxBytes);
        expect(content === undefined || toBlobId(content, 40) === ids[one]).toBe(true);
      }),
      { numRuns: 60 },
    );
    writeFileSync(file, good);
  }
  expect(readBlob(repository, ids[2] ?? "", maxBytes)?.toString()).toBe(text.join(""));
  // The objects of another repository, or none
  await run("mv", [packs, join(path, "elsewhere")]);
  await symlink(join(path, "elsewhere"), packs);
  expect(readBlob(repository, ids[2] ?? "", maxBytes)).toBe(undefined);
  await rm(packs);
  await mkdir(packs);
  for (const name of names) await symlink(join(path, "elsewhere", name), join(packs, name));
  expect(readBlob(repository, ids[2] ?? "", maxBytes)).toBe(undefined);
  await truncate(join(path, "elsewhere", names[0] ?? ""), 10);
});
