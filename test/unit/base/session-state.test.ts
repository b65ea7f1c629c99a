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

const unsafe: Readonly<Record<string, (runtime: string, home: string) => Promise<void>>> = {
  "that others can write": async (runtime) => {
    await mkdir(runtime);
    await chmod(runtime, 0o777);
  },
  "that is a link": async (runtime, home) => {
    await mkdir(join(home, "elsewhere"), { mode: 0o700 });
    await symlink(join(home, "elsewhere"), runtime);
  },
  "of another user": async (runtime) => {
    await mkdir(runtime, { mode: 0o700 });
    await chown(runtime, 65_534, 65_534);
  },
};
// Only root gives a folder away
const preparable = Object.entries(unsafe).filter(
  ([what]) => what !== "of another user" || process.getuid?.() === 0,
);

test.each(preparable)("a runtime folder %s is refused", async (_, prepare) => {
  await using home = await createHome();
  await prepare(home.runtime, home.path);
  const begun = beginSession(resolvePaths({ VAULTBOX_HOME: home.path }), facts);
  await expect(begun).rejects.toMatchObject({ code: "VBX_FILE_UNSAFE" });
});

test("a runtime folder is made for its user alone", async () => {
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
