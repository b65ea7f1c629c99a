import { chmod, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isPrivate } from "../../../src/cli/compile-cache.ts";
import { cliEnvironment, runCli } from "../../support/run-cli.ts";

const uid = process.getuid?.() ?? -1;

async function openFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), "vaultbox-test-cache-"));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test("a folder of our own is private, also below a sticky one that everybody writes to", async () => {
  await using folder = await openFolder();
  expect(isPrivate(folder.path, uid)).toBe(true);
  expect(isPrivate(folder.path, uid + 1)).toBe(false);
});

test.each([0o722, 0o770, 0o777, 0o1777])(
  "a folder of mode %o, which others can write to, is not private",
  async (mode) => {
    await using folder = await openFolder();
    await chmod(folder.path, mode);
    expect(isPrivate(folder.path, uid)).toBe(false);
  },
);

test("a folder whose parent others can rename it in is not private, through a link neither", async () => {
  await using folder = await openFolder();
  const inner = join(folder.path, "inner");
  const link = join(folder.path, "link");
  await mkdir(inner, { mode: 0o700 });
  await symlink(inner, link);
  expect(isPrivate(link, uid)).toBe(true);
  await chmod(folder.path, 0o777);
  expect(isPrivate(inner, uid)).toBe(false);
  expect(isPrivate(link, uid)).toBe(false);
});

test("a command keeps its cache in a private folder, and makes none where others could write to it", async () => {
  await using home = await openFolder();
  const cache = { NODE_DISABLE_COMPILE_CACHE: undefined };
  const run = (env: Record<string, string | undefined>) =>
    runCli(["policy", "show", "--json"], { cwd: home.path, env: { ...env, ...cache } });
  const { VAULTBOX_HOME } = cliEnvironment(home.path);
  const state = join(home.path, "vaultbox", "state");
  const folder = join(state, "compile-cache");
  await mkdir(state, { recursive: true, mode: 0o700 });
  expect(await run({ VAULTBOX_HOME })).toMatchObject({ status: 0, stderr: "" });
  expect(isPrivate(folder, uid)).toBe(true);
  expect(await readdir(folder)).not.toEqual([]);

  const open = join(home.path, "open");
  await mkdir(join(open, "vaultbox", "state"), { recursive: true, mode: 0o700 });
  await chmod(open, 0o777);
  expect(await run({ VAULTBOX_HOME: join(open, "vaultbox") })).toMatchObject({ status: 0 });
  const made = await readdir(open, { recursive: true });
  expect(made.filter((path) => path.includes("compile-cache"))).toEqual([]);
});

test("no cache is used, and no command goes on, where a sandbox can write in our own folder", async () => {
  await using home = await openFolder();
  const state = join(home.path, "vaultbox", "state");
  await mkdir(state, { recursive: true, mode: 0o700 });
  const list = join(state, "writable-folders.json");
  await writeFile(list, JSON.stringify({ version: 1, folders: [await realpath(home.path)] }));
  const env = {
    VAULTBOX_HOME: join(home.path, "vaultbox"),
    NODE_DISABLE_COMPILE_CACHE: undefined,
  };
  const ended = await runCli(["policy", "show"], { env });
  expect(ended).toMatchObject({ status: 1 });
  expect(ended.stderr).toContain("where a sandbox can write");
  expect(await readdir(state)).toEqual(["writable-folders.json"]);
});

test("where no session was yet, nothing is made", async () => {
  await using home = await openFolder();
  const env = { HOME: home.path, VAULTBOX_HOME: undefined, NODE_DISABLE_COMPILE_CACHE: undefined };
  expect(await runCli(["run", "--help"], { env })).toMatchObject({ status: 0 });
  expect(await runCli(["--version"], { env })).toMatchObject({ status: 0 });
  expect(await runCli(["cred", "add"], { env })).toMatchObject({ status: 2 });
  expect(await readdir(home.path)).toEqual([]);
});
