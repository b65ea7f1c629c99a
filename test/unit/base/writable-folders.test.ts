import { mkdir, mkdtemp, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { WritableFolders } from "../../../src/base/writable-folders.ts";
import { openShared } from "../../support/shared-place.ts";

async function createFolder(stack: AsyncDisposableStack): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "vbx-writable-")));
  stack.defer(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe("a writable folder by its path", () => {
  const folders = new WritableFolders(["/w", "/x/y"]);

  test.each(["/w", "/w/", "/w/a", "/w/..b", "/w/../w/a", "/x/./y/z"])("holds %s", (path) => {
    expect(folders.holderOf(path)).toBeDefined();
  });

  test.each(["/", "/wa", "/x", "/x/yz", "/..w", "/usr/bin"])("doesn't hold %s", (path) => {
    expect(folders.holderOf(path)).toBeUndefined();
  });
});

describe("a path is held when any step of its resolution is", () => {
  const place = openShared(async (stack) => {
    const outside = await createFolder(stack);
    const writable = await createFolder(stack);
    await mkdir(join(outside, "real"));
    await symlink(join(outside, "real"), join(writable, "out"));
    await symlink(join(writable, "out"), join(outside, "through"));
    await symlink("through", join(outside, "again"));
    await symlink(join(outside, "real"), join(outside, "plain"));
    await symlink(join(writable, "gone"), join(outside, "dangling"));
    await symlink("loop", join(outside, "loop"));
    return { outside, writable, folders: new WritableFolders([writable]) };
  });

  // By real path alone most of these are the harmless folder
  test.each(["through", "again", "through/../real", "dangling/git"])("%s is", (name) => {
    const { outside, writable, folders } = place();
    expect(folders.holderOf(`${outside}/${name}`)).toBe(writable);
  });

  test.each(["real", "plain", "nothing/there", "loop"])("%s isn't", (name) => {
    const { outside, folders } = place();
    expect(folders.holderOf(join(outside, name))).toBeUndefined();
  });

  test("a folder in the writable one is such a step, and that one itself is none", () => {
    const { outside, writable, folders } = place();
    const name = outside.split("/").at(-1);
    expect(folders.holderOf(`${writable}/sub/../../${name}/real`)).toBe(writable);
    // It's no entry that a sandbox could exchange
    expect(folders.holderOf(`${writable}/../${name}/real`)).toBeUndefined();
  });
});

describe("a writable folder", () => {
  const folders = new WritableFolders(["/w", "/my work"]);

  test.each([
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
  ])("is found in the text %s", (text) => {
    expect(folders.holderInText(text)).toBeDefined();
  });

  test.each(["", "w", "/", "/usr/bin:/bin", "https://w.example/w", "a/w/b", "/wide/x"])(
    "isn't found in the text %j",
    (text) => {
      expect(folders.holderInText(text)).toBeUndefined();
    },
  );
});
