import { homedir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolvePaths } from "../../../src/config/paths.ts";

test.each(["", ".", "relative/folder"])(
  "a base directory that is %j counts as not set",
  (value) => {
    const names = ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"];
    const paths = resolvePaths(Object.fromEntries(names.map((name) => [name, value])));
    for (const path of Object.values(paths) as string[]) {
      expect(path.startsWith(`${homedir()}/`)).toBe(true);
    }
    const other = resolvePaths({ XDG_CONFIG_HOME: "/etc/me", XDG_STATE_HOME: "/var/me" });
    expect([other.config, other.state]).toEqual([
      join("/etc/me", "vaultbox"),
      join("/var/me", "vaultbox"),
    ]);
  },
);
