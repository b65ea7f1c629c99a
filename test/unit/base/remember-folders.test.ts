import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { resolvePaths, type Paths } from "../../../src/base/paths.ts";
import { readWritableFolders, toFolderListFile } from "../../../src/base/folder-list.ts";
import { rememberFolders } from "../../../src/base/remember-folders.ts";
import { beginSession } from "../../../src/base/session-state.ts";

async function createHome(): Promise<{ env: { VAULTBOX_HOME: string }; paths: Paths }> {
  const home = await mkdtemp(join(tmpdir(), "vbx-remember-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const env = { VAULTBOX_HOME: home };
  return { env, paths: resolvePaths(env) };
}

test("folders are remembered once, and those in another one not at all", async () => {
  const { env, paths } = await createHome();
  expect(readWritableFolders(env).all).toEqual([]);
  await rememberFolders(paths, ["/a/b", "/c"]);
  await rememberFolders(paths, ["/a/b/inner", "/c"]);
  expect(readWritableFolders(env).all).toEqual(["/a/b", "/c"]);
  await rememberFolders(paths, ["/a"]);
  expect(readWritableFolders(env).all).toEqual(["/c", "/a"]);
  expect((await stat(toFolderListFile(paths.state))).mode & 0o777).toBe(0o600);
});

test("several sessions that start at once are all remembered", async () => {
  const { env, paths } = await createHome();
  const folders = Array.from({ length: 20 }, (_, index) => `/w${index}`);
  await Promise.all(folders.map((folder) => rememberFolders(paths, [folder])));
  expect(readWritableFolders(env).all.toSorted()).toEqual(folders.toSorted());
});

test("workspaces of sessions before there was a list are taken over", async () => {
  const { env, paths } = await createHome();
  await beginSession(paths, { id: "0123456789ab", command: [], agent: "", workspace: "/old" });
  await rememberFolders(paths, ["/new"]);
  expect(readWritableFolders(env).all).toEqual(["/old", "/new"]);
});

test("a list that is full forgets folders that are gone, and then takes no more", async () => {
  const { env, paths } = await createHome();
  const gone = Array.from({ length: 4096 }, (_, index) => `/nowhere/${index}`);
  await rememberFolders(paths, [paths.state, ...gone.slice(1)]);
  await rememberFolders(paths, [paths.runtime]);
  expect(readWritableFolders(env).all).toEqual([paths.state]);
  const file = toFolderListFile(paths.state);
  const long = `/${"x".repeat(250)}`.repeat(15);
  const text = JSON.stringify({
    version: 1,
    folders: gone.slice(0, 1200).map((one) => one + long),
  });
  await writeFile(file, text);
  await expect(rememberFolders(paths, ["/another"])).rejects.toMatchObject({
    code: "VBX_FILE_UNSAFE",
    hints: [expect.stringContaining("take out of it") as string],
  });
});

test.each(["", "{", "[]", "null", '{"version":2,"folders":[]}', '{"version":1}'])(
  "a damaged list is an error and stays as it is, as nobody knows what is the sandbox's: %j",
  async (text) => {
    const { env, paths } = await createHome();
    await mkdir(paths.state, { recursive: true });
    const file = toFolderListFile(paths.state);
    await writeFile(file, text);
    expect(() => readWritableFolders(env)).toThrow("list of folders that sandboxes can write");
    await expect(rememberFolders(paths, ["/a"])).rejects.toMatchObject({ code: "VBX_FILE_UNSAFE" });
    expect(await readFile(file, "utf8")).toBe(text);
  },
);

test("a list with a relative folder is an error, and so is a folder in its place", async () => {
  const { env, paths } = await createHome();
  await mkdir(paths.state, { recursive: true });
  const file = toFolderListFile(paths.state);
  await writeFile(file, '{"version":1,"folders":["relative"]}');
  expect(() => readWritableFolders(env)).toThrow("list of folders");
  await rm(file);
  await mkdir(file);
  expect(() => readWritableFolders(env)).toThrow("list of folders");
});
