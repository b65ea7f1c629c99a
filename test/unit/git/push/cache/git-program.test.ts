import { access, chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { resolvePaths } from "../../../../../src/base/paths.ts";
import { findGit, isNewEnough } from "../../../../../src/git/push/cache/git-program.ts";
import { rememberFolders } from "../../../../../src/base/remember-folders.ts";

test("git counts from 2.30 on", () => {
  expect(["2.30.0", "2.39.5", "3.0", "10.1"].map(isNewEnough)).toEqual([true, true, true, true]);
  expect(["2.29.9", "1.99", "", undefined].map(isNewEnough)).toEqual([false, false, false, false]);
});

test("the host's git is found by its absolute path", async () => {
  expect((await findGit()).file).toMatch(/^\/.*\/git$/);
});

test("without git, the error says what is needed", async () => {
  const empty = await makeFolder();
  await expect(findGit({ PATH: empty })).rejects.toMatchObject({
    code: "VBX_GIT_UNUSABLE",
    message: expect.stringContaining("need git 2.30 or newer on the host") as string,
  });
});

test("an old git is refused with its version", async () => {
  const folder = await makeFolder();
  await writeProgram(join(folder, "git"), "echo git version 2.25.1");
  await expect(findGit({ PATH: folder })).rejects.toThrow("git 2.25.1");
});

test("a git in node_modules/.bin, in a relative folder or in the working directory is never run", async () => {
  const folder = await makeFolder();
  const bin = join(folder, "node_modules", ".bin");
  await mkdir(bin, { recursive: true });
  await writeProgram(join(bin, "git"), "echo git version 99.0");
  await expect(findGit({ PATH: `${bin}:.:bin` })).rejects.toThrow("no git on the search path");
  // The control: the same program from a folder of the user's
  const other = await makeFolder();
  await writeProgram(join(other, "git"), "echo git version 99.0");
  expect((await findGit({ PATH: other })).file).toBe(join(other, "git"));
});

test("a git in a folder that the sandbox can write in is never run, whatever the working directory is", async () => {
  const workspace = await makeFolder();
  const bin = join(workspace, "bin");
  await mkdir(bin);
  const planted = join(workspace, "it-ran");
  await writeProgram(join(bin, "git"), `touch '${planted}'; echo git version 99.0`);
  const link = join(await makeFolder(), "bin");
  await symlink(bin, link);
  const environment = { PATH: `${bin}:${link}` };
  const home = await makeFolder();
  await rememberFolders(resolvePaths({ VAULTBOX_HOME: home }), [await realpath(workspace)]);
  const remembering = { ...environment, VAULTBOX_HOME: home };
  await expect(findGit(remembering)).rejects.toThrow("where a sandbox can write");
  await expect(access(planted)).rejects.toThrow("ENOENT");
  // The control: nobody knows what a sandbox can write in
  expect((await findGit({ ...environment, VAULTBOX_HOME: await makeFolder() })).file).toBe(
    join(bin, "git"),
  );
  await access(planted);
});

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "vbx-git-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function writeProgram(file: string, line: string): Promise<void> {
  await writeFile(file, `#!/bin/sh\n${line}\n`);
  await chmod(file, 0o755);
}
