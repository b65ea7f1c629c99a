import { mkdir, mkdtemp, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Folder } from "../../../../src/base/fs/beneath.ts";
import { readOriginAt } from "../../../../src/base/fs/file-origin.ts";

test("an origin is the same for a file under another name, and another one for what took its place", async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vbo-")));
  try {
    const [a, b] = [join(root, "a"), join(root, "b")];
    await mkdir(a);
    using folder = Folder.openReal(a);
    const before = folder.origin();
    expect(before).toEqual(readOriginAt(a));
    // Beneath the mount, which may be the folder for temporary files
    const beneath = before?.root ?? "?";
    expect(a.endsWith(beneath) || beneath.endsWith(a)).toBe(true);
    await rename(a, b);
    await mkdir(a);
    expect(folder.origin()).toEqual(readOriginAt(b));
    expect(folder.origin()?.inode).toBe(before?.inode);
    expect(readOriginAt(a)).not.toEqual(before);
    // Told as it was moved, whatever its name: that is how a mount shows it
    expect(readOriginAt(a)?.root).toBe(before?.root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});

test("a folder or a file isn't opened by a path with a link on the way", async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vbo-")));
  try {
    await mkdir(join(root, "real/d"), { recursive: true });
    await writeFile(join(root, "real/f"), "");
    await symlink("real", join(root, "link"));
    expect(() => Folder.openReal(join(root, "link/d"))).toThrow("a link is on the way");
    expect(() => readOriginAt(join(root, "link/f"))).toThrow("a link is on the way");
    expect(() => Folder.openReal(join(root, "link"))).toThrow("ENOTDIR");
    // The control: the usual way takes no notice
    using folder = Folder.openRoot(join(root, "link/d"));
    expect(folder.entries()).toEqual([]);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});
