import { mkdir, mkdtemp, readFile, realpath, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { resolvePaths } from "../../../../src/base/paths.ts";
import { rememberFolders } from "../../../../src/base/remember-folders.ts";
import { readUserConfiguration } from "../../../../src/workspace/git-dir/user-configuration.ts";
import { lastValue } from "../../../../src/workspace/git-dir/git-setting.ts";

interface Home {
  readonly root: string;
  readonly home: string;
  /** How often git was asked so far */
  readonly asked: () => Promise<number>;
  /** What is read at one place in the settings */
  readonly name: () => Promise<string | undefined>;
}

/** A home folder with settings, and a git that counts how often it's started; a minute later, unless it says otherwise. */
async function createHome(settings: string, { laterMs = 60_000 } = {}): Promise<Home> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "vbx-user-")));
  onTestFinished(async () => {
    vi.useRealTimers();
    vi.unstubAllEnvs();
    await rm(root, { recursive: true });
  });
  const [home, bin, log] = [join(root, "home"), join(root, "bin"), join(root, "log")];
  await mkdir(home);
  await mkdir(bin);
  await writeFile(log, "");
  await writeFile(join(home, ".gitconfig"), settings);
  const path = process.env["PATH"] ?? "";
  const script = `#!/bin/sh\necho >> '${log}'\nPATH='${path}' exec git "$@"\n`;
  await writeFile(join(bin, "git"), script, { mode: 0o755 });
  for (const name of ["XDG_CONFIG_HOME", "GIT_CONFIG_GLOBAL"]) vi.stubEnv(name, undefined);
  vi.stubEnv("HOME", home);
  vi.stubEnv("VAULTBOX_HOME", join(root, "vaultbox"));
  vi.stubEnv("PATH", `${bin}:${path}`);
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + laterMs });
  return {
    root,
    home,
    asked: async () => (await readFile(log, "utf8")).length,
    name: async () => lastValue(await readUserConfiguration(), "user.name"),
  };
}

test("git is asked for the user's settings once, also by several at a time", async () => {
  const { name, asked } = await createHome("[user]\n\tname = one\n");
  expect(await Promise.all([name(), name(), name()])).toEqual(["one", "one", "one"]);
  expect(await name()).toBe("one");
  expect(await asked()).toBe(1);
});

test("git is asked once by several at a time that find its earlier answer out of date", async () => {
  const { home, name, asked } = await createHome("[user]\n\tname = one\n");
  expect(await name()).toBe("one");
  await writeFile(join(home, ".gitconfig"), "[user]\n\tname = two\n");
  expect(await Promise.all([name(), name(), name()])).toEqual(["two", "two", "two"]);
  expect(await asked()).toBe(2);
});

test("a file of them that changed is read again, whatever its size and time of content say", async () => {
  const { home, name, asked } = await createHome("[user]\n\tname = one\n");
  const path = join(home, ".gitconfig");
  await utimes(path, 1e9, 1e9);
  const before = await stat(path);
  await name();
  await writeFile(path, "[user]\n\tname = two\n");
  await utimes(path, 1e9, 1e9);
  // The control: who goes by these sees no change
  const after = await stat(path);
  expect([after.size, after.mtimeMs]).toEqual([before.size, before.mtimeMs]);
  expect(await name()).toBe("two");
  expect(await asked()).toBe(2);
});

test("a file that wasn't there is read once it is", async () => {
  const { home, name, asked } = await createHome("[include]\n\tpath = ~/more\n\tpath = beside\n");
  expect(await name()).toBe(undefined);
  await mkdir(join(home, ".config/git"), { recursive: true });
  for (const [path, value] of [
    [".config/git/config", "global"],
    ["more", "home"],
    ["beside", "beside"],
  ] as const) {
    await writeFile(join(home, path), `[user]\n\tname = ${value}\n`);
    expect(await name()).toBe(value);
  }
  expect(await asked()).toBe(4);
});

test("git is asked each time when a sandbox can write in what the settings include, whose time says nothing", async () => {
  const { root, home, name, asked } = await createHome("[include]\n\tpath = ~/shared/settings\n");
  await mkdir(join(home, "shared"));
  await rememberFolders(resolvePaths({ VAULTBOX_HOME: join(root, "vaultbox") }), [
    join(home, "shared"),
  ]);
  await name();
  await name();
  expect(await asked()).toBe(2);
});

test("git is asked each time when a file changed just now, or has a name that only git can read", async () => {
  const recent = await createHome("[user]\n\tname = one\n", { laterMs: 0 });
  await recent.name();
  await recent.name();
  expect(await recent.asked()).toBe(2);
  const other = await createHome("[include]\n\tpath = ~nobody/settings\n");
  await other.name();
  await other.name();
  expect(await other.asked()).toBe(2);
});
