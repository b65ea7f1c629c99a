import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { WritableFolders } from "../../../src/base/writable-folders.ts";

async function createFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "vbx-writable-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("what lies in a writable folder by its path is held by it, whatever it's called", () => {
  const folders = new WritableFolders(["/w", "/x/y"]);
  for (const path of ["/w", "/w/", "/w/a", "/w/..b", "/w/../w/a", "/x/./y/z"]) {
    expect(folders.holderOf(path), path).toBeDefined();
  }
  for (const path of ["/", "/wa", "/x", "/x/yz", "/..w", "/usr/bin"]) {
    expect(folders.holderOf(path), path).toBeUndefined();
  }
});

test("a path is held when any step of its resolution is", async () => {
  const outside = await createFolder();
  const writable = await createFolder();
  await mkdir(join(outside, "real"));
  await symlink(join(outside, "real"), join(writable, "out"));
  await symlink(join(writable, "out"), join(outside, "through"));
  await symlink("through", join(outside, "again"));
  await symlink(join(outside, "real"), join(outside, "plain"));
  await symlink(join(writable, "gone"), join(outside, "dangling"));
  await symlink("loop", join(outside, "loop"));
  const folders = new WritableFolders([writable]);
  // By real path alone each of these is the harmless folder
  for (const name of ["through", "again", "through/../real"]) {
    expect(folders.holderOf(`${outside}/${name}`), name).toBe(writable);
  }
  const name = outside.split("/").at(-1);
  expect(folders.holderOf(`${writable}/sub/../../${name}/real`)).toBe(writable);
  // The folder itself is no entry that a sandbox could exchange
  expect(folders.holderOf(`${writable}/../${name}/real`)).toBeUndefined();
  expect(folders.holderOf(join(outside, "dangling", "git"))).toBe(writable);
  for (const name of ["real", "plain", "nothing/there", "loop"]) {
    expect(folders.holderOf(join(outside, name)), name).toBeUndefined();
  }
});

test("a writable folder is found in every form that a text can name it in", () => {
  const folders = new WritableFolders(["/w", "/my work"]);
  for (const text of [
    "/w/a",
    "/usr/lib:/w/lib",
    "--require=/w/a.js",
    "--require /w/a.js",
    "unix:path=/w/bus,guid=1",
    "unix:///w/docker.sock",
    "-I/w/include",
    "ssh -F '/w/config'",
    "sh -c '. /my work/start'",
    "/my work/a",
    "'alias.x'='!/w/a'",
    "PATH=/usr/bin;/w/a&&true",
    "$(/w/a)",
    'import "file:///w/a.mjs"',
  ]) {
    expect(folders.holderInText(text), text).toBeDefined();
  }
  for (const text of ["", "w", "/", "/usr/bin:/bin", "https://w.example/w", "a/w/b", "/wide/x"]) {
    expect(folders.holderInText(text), text).toBeUndefined();
  }
});
