import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { findProgram } from "../../../src/base/find-program.ts";
import { WritableFolders } from "../../../src/base/writable-folders.ts";

/** The user's folder of programs, and one that a sandbox can write; a first line of a script can't name a path with blanks. */
async function createPlaces(): Promise<{
  bin: string;
  writable: string;
  folders: WritableFolders;
}> {
  const root = await realpath(await mkdtemp("/tmp/vbx-program-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const [bin, writable] = [join(root, "bin"), join(root, "writable")];
  await Promise.all([mkdir(bin), mkdir(writable)]);
  return { bin, writable, folders: new WritableFolders([writable]) };
}

async function writeProgram(file: string, text = "#!/bin/sh\n"): Promise<string> {
  await writeFile(file, text);
  await chmod(file, 0o755);
  return file;
}

test("a program that is a link into a writable folder is passed over, and so is its folder for others", async () => {
  const { bin, writable, folders } = await createPlaces();
  await symlink(await writeProgram(join(writable, "git")), join(bin, "git"));
  const other = join(bin, "more");
  await mkdir(other);
  const path = `${bin}:${other}:/usr/bin`;
  expect(findProgram("git", `${bin}:${other}`, folders)).toEqual({
    why: expect.stringContaining("where a sandbox can write") as string,
  });
  const git = await writeProgram(join(other, "git"));
  expect(findProgram("git", path, folders)).toEqual({ file: git, path: `${other}:/usr/bin` });
  // The control: with no folder known, the first one is it
  expect(findProgram("git", path, new WritableFolders([]))).toMatchObject({
    file: join(bin, "git"),
  });
});

test.each<[what: string, toText: (python: string, direct: string) => string]>([
  ["directly", (python) => `#!${python} -u\n`],
  ["by name", () => "#!/usr/bin/env python3\n"],
  ["by name, with a variable", () => "#!/usr/bin/env -S A=1 python3 -u\n"],
  ["through another script", (_, direct) => `#!${direct}\n`],
])("a script whose interpreter is the sandbox's is not run: %s", async (_, toText) => {
  const { bin, writable, folders } = await createPlaces();
  const python = await writeProgram(join(writable, "python3"));
  await symlink(python, join(bin, "python3"));
  const direct = await writeProgram(join(bin, "direct"), `#!${python} -u\n`);
  const script = await writeProgram(join(bin, "script"), toText(python, direct));
  expect(findProgram(script, bin, folders)).toHaveProperty("why");
  expect(findProgram(script, bin, new WritableFolders([]))).toHaveProperty("file");
});

test("a script whose interpreter is another one of the user's runs with that", async () => {
  const { bin, writable, folders } = await createPlaces();
  await symlink(await writeProgram(join(writable, "python3")), join(bin, "python3"));
  const named = await writeProgram(join(bin, "named"), "#!/usr/bin/env python3\n");
  const own = join(bin, "own");
  await mkdir(own);
  await writeProgram(join(own, "python3"));
  expect(findProgram(named, `${bin}:${own}`, folders)).toEqual({ file: named, path: own });
  const plain = await writeProgram(join(bin, "plain"));
  expect(findProgram("plain", bin, folders)).toEqual({ file: plain, path: bin });
});

test("scripts that lead to each other without end are given up", async () => {
  const { bin, folders } = await createPlaces();
  const loop = join(bin, "loop");
  await writeProgram(loop, `#!${loop}\n`);
  expect(findProgram("loop", bin, folders)).toEqual({ why: "ELOOP" });
});
