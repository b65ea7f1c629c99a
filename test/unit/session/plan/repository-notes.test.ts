import { expect, test } from "vitest";
import { toPartNote } from "../../../../src/session/plan/repository-notes.ts";
import { resolvePaths } from "../../../../src/base/paths.ts";

const rules = {
  home: "/home/nobody",
  allowed: [],
  paths: resolvePaths({ VAULTBOX_HOME: "/nowhere" }),
};

test("a repository that may not be the workspace is no advice, and a long command isn't said again", async () => {
  const at = (workTree: string, command: readonly string[] = ["claude"]): Promise<string> =>
    toPartNote({ repository: { workTree }, command, rules });
  expect(await at("/etc")).toBe(
    'git finds no repository in the sandbox: only a part of the one at "/etc" is mounted',
  );
  expect(await at("/var/tmp", ["echo", "a b"])).toContain("run --workspace /var/tmp -- echo 'a b'");
  expect(await at("/var/tmp", ["echo", "x".repeat(200)])).toMatch(/ -- …$/);
});
