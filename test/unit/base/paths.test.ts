import { execFileSync } from "node:child_process";
import { userInfo } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { resolvePaths } from "../../../src/base/paths.ts";

test.each(["", ".", "relative/folder"])(
  "a base directory that is %j counts as not set",
  (value) => {
    const names = ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"];
    const unset = Object.fromEntries(names.map((name) => [name, value]));
    for (const path of Object.values(resolvePaths({ ...unset, HOME: "/me" })) as string[]) {
      expect(path.startsWith("/me/")).toBe(true);
    }
    const other = resolvePaths({ XDG_CONFIG_HOME: "/etc/me", XDG_STATE_HOME: "/var/me" });
    expect([other.config, other.state]).toEqual([
      join("/etc/me", "vaultbox"),
      join("/var/me", "vaultbox"),
    ]);
  },
);

test.each([{}, { HOME: "" }, { VAULTBOX_HOME: "" }])(
  "without HOME the account's home is taken: %j",
  (env) => {
    const paths = Object.values(resolvePaths(env)) as string[];
    expect(paths.filter((path) => !path.startsWith(`${userInfo().homedir}/`))).toEqual([]);
    expect(resolvePaths({ HOME: "/me" }).state).toBe("/me/.local/state/vaultbox");
  },
);

describe.each(["HOME", "VAULTBOX_HOME"])("a relative %s is an error", (name) => {
  test.each([".", "own", "../own"])("%s", (value) => {
    expect(() => resolvePaths({ [name]: value })).toThrow("no absolute path");
  });
});

test("an account without a passwd entry needs HOME, and says so", (context) => {
  if (process.getuid?.() !== 0) context.skip("becoming another user needs root");
  const module = new URL("../../../src/base/home-folder.ts", import.meta.url).href;
  const code = `const { readHomeFolder } = await import(${JSON.stringify(module)});
    try { console.log(readHomeFolder()); } catch (error) { console.log(error.code, error.message); }`;
  const ask = (env: NodeJS.ProcessEnv): string => {
    const options = { uid: 54_321, gid: 54_321, cwd: "/", env, encoding: "utf8" } as const;
    return execFileSync(process.execPath, ["--input-type=module", "--eval", code], options).trim();
  };
  expect(ask({ HOME: "/me" })).toBe("/me");
  expect(ask({})).toMatch(/^VBX_CONFIG_INVALID cannot find your home folder: HOME is not set/);
});
