import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolvePaths } from "../../../src/base/paths.ts";
import { beginSession } from "../../../src/base/session-state.ts";

const facts = { id: "0123456789ab", command: ["true"], agent: "generic", workspace: "/w" };

async function createHome(): Promise<AsyncDisposable & { path: string; runtime: string }> {
  const path = await mkdtemp(join(tmpdir(), "vaultbox-test-state-"));
  const { runtime } = resolvePaths({ VAULTBOX_HOME: path });
  return { path, runtime, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test("a runtime folder that others can write, or that is a link, is refused", async () => {
  const prepare: ((runtime: string, home: string) => Promise<void>)[] = [
    async (runtime) => {
      await mkdir(runtime);
      await chmod(runtime, 0o777);
    },
    async (runtime, home) => {
      await mkdir(join(home, "elsewhere"), { mode: 0o700 });
      await symlink(join(home, "elsewhere"), runtime);
    },
  ];
  if (process.getuid?.() === 0) {
    prepare.push(async (runtime) => {
      await mkdir(runtime, { mode: 0o700 });
      await chown(runtime, 65_534, 65_534);
    });
  }
  for (const one of prepare) {
    await using home = await createHome();
    await one(home.runtime, home.path);
    const begun = beginSession(resolvePaths({ VAULTBOX_HOME: home.path }), facts);
    await expect(begun).rejects.toMatchObject({ code: "VBX_FILE_UNSAFE" });
  }
  await using home = await createHome();
  await beginSession(resolvePaths({ VAULTBOX_HOME: home.path }), facts);
  expect((await stat(home.runtime)).mode & 0o777).toBe(0o700);
});

test.each([undefined, ""])(
  "without a runtime folder of the user's own, nothing is put in the shared temporary folder: %j",
  (value) => {
    const { runtime, state } = resolvePaths({ XDG_RUNTIME_DIR: value, XDG_STATE_HOME: "/h/s" });
    expect(runtime.startsWith(`${state}/`)).toBe(true);
  },
);
