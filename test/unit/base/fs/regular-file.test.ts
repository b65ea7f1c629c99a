import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  openRegularFile,
  readRegularFile,
  readRegularText,
  readRegularTextSync,
} from "../../../../src/base/fs/regular-file.ts";
import { openShared } from "../../../support/shared-place.ts";

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "vbx-regular-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const ways: Readonly<Record<string, (path: string) => unknown>> = {
  openRegularFile: async (path) => (await openRegularFile(path)).close(),
  readRegularFile,
  readRegularText,
  readRegularTextSync: async (path) => readRegularTextSync(path),
};

describe.each(Object.entries(ways))("%s", (_, read) => {
  const special = openShared(async (stack) => {
    const folder = await mkdtemp(join(tmpdir(), "vaultbox-test-special-"));
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    const at = (name: string): string => join(folder, name);
    await promisify(execFile)("mkfifo", [at("pipe")]);
    await mkdir(at("folder"));
    await symlink("/dev/zero", at("device"));
    await symlink(at("pipe"), at("link to a pipe"));
    const server = createServer().listen(at("socket"));
    stack.defer(() => void server.close());
    return at;
  });

  test.each(["pipe", "folder", "device", "socket", "link to a pipe"])(
    "waits for no pipe and reads no device: %s",
    async (name) => {
      await expect(read(special()(name))).rejects.toMatchObject({ code: "VBX_FILE_UNSAFE" });
    },
  );

  test("says that nothing is there", async () => {
    await expect(read(special()("nothing"))).rejects.toMatchObject({ code: "ENOENT" });
  });
});

test("a regular file is read, also through a link where that is the user's own", async () => {
  const folder = await makeFolder();
  await writeFile(join(folder, "file"), "text");
  await symlink("file", join(folder, "link"));
  expect(await readRegularText(join(folder, "link"))).toBe("text");
  expect(readRegularTextSync(join(folder, "link"))).toBe("text");
  await expect(
    openRegularFile(join(folder, "link"), { followsLinks: false }),
  ).rejects.toMatchObject({ code: "ELOOP" });
});

/** Files that read otherwise, and why. */
const others: Readonly<Record<string, string>> = {
  "demo/demo-script.ts": "files of the demo's own sandbox",
  "engine/image/debian-node.ts": "a file of the system",
  "engine/image/image-recipe.ts": "files of the package",
  "engine/image/relay-image.ts": "files of the package",
  "engine/install-engine.ts": "the kernel's own",
  "engine/podman.ts": "the kernel's own",
  "base/fs/atomic-write.ts": "opens folders to sync them",
  "base/fs/file-origin.ts": "the kernel's own",
  "base/fs/mount-table.ts": "the kernel's own",
  "base/process-id.ts": "the kernel's own",
  "base/fs/regular-file.ts": "the way itself",
  "git/push/cache/push-inquiry.ts": "a file that was just written",
  "workspace/host-sockets.ts": "the kernel's own",
  "sandbox/limits/limit-watch.ts": "the kernel's own",
  "session/own-code.ts": "a file of the package",
  "cli/version.ts": "a file of the package",
};

test("files are opened by their paths in one way only", () => {
  const source = new URL("../../../../src/", import.meta.url);
  const found = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file))
    .filter((file) => {
      const code = readFileSync(new URL(file, source), "utf8");
      const isImported =
        /import[^;]*\b(?:open|readFile|readFileSync|createReadStream)\b[^;]*node:fs/;
      return (
        isImported.test(code) &&
        /\b(?:readFile|readFileSync|createReadStream)\(|\bopen\((?![^)]*"w)/.test(code)
      );
    });
  expect(found.toSorted()).toEqual(Object.keys(others).toSorted());
});
