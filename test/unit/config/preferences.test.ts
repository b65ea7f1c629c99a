import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { resolvePaths } from "../../../src/base/paths.ts";
import { readPreferences, type Preferences } from "../../../src/config/preferences.ts";

async function read(store: unknown): Promise<Preferences> {
  const home = await mkdtemp(join(tmpdir(), "vbx-preferences-"));
  try {
    const paths = resolvePaths({ VAULTBOX_HOME: home });
    await mkdir(paths.config, { recursive: true });
    await writeFile(join(paths.config, "config.json"), JSON.stringify(store));
    return await readPreferences(paths);
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

test("the key that signs may be named alone, or with the name and address to sign for", async () => {
  expect((await read({})).signing).toBeUndefined();
  expect((await read({ signing: "work-key" })).signing).toEqual({ key: "work-key" });
  const author = { name: "Ann Example", email: "ann@example.com" };
  expect((await read({ signing: { key: "work-key", ...author } })).signing).toEqual({
    key: "work-key",
    author,
  });
});

describe("signing that isn't understood wholly is an error, never no signing", () => {
  const broken = [
    true,
    null,
    [],
    {},
    "Work Key",
    { name: "Ann", email: "a@b" },
    { key: "work-key", name: "Ann" },
    { key: "work-key", name: "Ann", email: 5 },
    { key: "work-key", name: "Ann <x", email: "a@b" },
    { key: "work-key", other: "x" },
  ];

  test.each(broken)("%j", async (signing) => {
    await expect(read({ signing }), JSON.stringify(signing)).rejects.toMatchObject({
      code: "VBX_CONFIG_INVALID",
    });
  });
});

test("preferences that are a pipe or a folder are an error and nothing is waited for; a link to a file is read", async () => {
  const home = await mkdtemp(join(tmpdir(), "vbx-preferences-"));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const paths = resolvePaths({ VAULTBOX_HOME: home });
  const file = join(paths.config, "config.json");
  await mkdir(paths.config, { recursive: true });
  await promisify(execFile)("mkfifo", [file]);
  await expect(readPreferences(paths)).rejects.toMatchObject({ code: "VBX_CONFIG_INVALID" });
  await rm(file);
  await mkdir(file);
  await expect(readPreferences(paths)).rejects.toMatchObject({ code: "VBX_CONFIG_INVALID" });
  await rm(file, { recursive: true });
  await writeFile(join(home, "mine.json"), '{"image": "debian"}');
  await symlink(join(home, "mine.json"), file);
  expect((await readPreferences(paths)).image).toBe("debian");
});
