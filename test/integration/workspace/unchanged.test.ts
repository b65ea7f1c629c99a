import { chmod, mkdir, rename, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { defaultWorkspaceSettings } from "../../../src/policy/workspace-settings.ts";
import type { Handoff } from "../../../src/workspace/handoff/handoff.ts";
import { git } from "../../support/git.ts";
import { layouts, makeLayout } from "../../support/package-layouts.ts";
import { createWorkspaceFolder, writeInto } from "../../support/workspace-folder.ts";

// A run that changes nothing reports nothing, also right after the user made all of it.

/** What a report lists. */
function toList({ entries, complete, compiled }: Handoff): readonly string[] {
  return [
    ...entries.map(({ change, path }) => `${change} ${path}`).toSorted(),
    ...(compiled?.paths ?? []),
    ...(complete ? [] : ["not complete"]),
  ];
}

const nothing = (): Promise<void> => Promise.resolve();
/** Less than a run takes until its look begins, and more than the clock of a local file system is behind. */
const untilLook = (): Promise<void> => sleep(60);

test("issue 8: a program in a package's own .bin isn't said to be the sandbox's; one that it puts there is", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const bins = [
    "node_modules/a/node_modules/.bin",
    "node_modules/.pnpm/a@1/node_modules/a/node_modules/.bin",
    "node_modules/.pnpm/node_modules/.bin",
    "node_modules/.bun/a@1/node_modules/.bin",
    "packages/one/node_modules/@scope/a/node_modules/.bin",
    ".venv/lib/python3.11/site-packages/a/node_modules/b/node_modules/.bin",
  ];
  await writeInto(workspace, "tool.js", "");
  for (const bin of bins) {
    await writeInto(workspace, `${bin}/semver`, "x");
    await symlink("../semver/bin/semver.js", join(workspace, bin, "linked"));
    await symlink(join(workspace, "tool.js"), join(workspace, bin, "inside"));
    await symlink("/usr/bin/env", join(workspace, bin, "outside"));
  }
  await untilLook();
  expect(toList(await during(nothing))).toEqual([]);
  await untilLook();
  const changed = await during(async () => {
    for (const bin of bins) {
      await writeInto(workspace, `${bin}/planted`, "x");
      await writeInto(workspace, `${bin}/semver`, "y");
      await symlink("../../x", join(workspace, bin, "planted-link"));
      // An ordinary file of a package is none of these
      await writeInto(workspace, `${bin}/../index.js`, "x");
    }
  });
  const planted = ["planted", "planted-link", "semver"];
  expect(toList(changed)).toEqual(
    bins.flatMap((bin) => planted.map((name) => `new ${bin}/${name}`)).toSorted(),
  );
});

test("what package managers lay out is not reported, and what each Python starts in it is, once it's planted", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  for (const [name, layout] of Object.entries(layouts)) {
    await mkdir(join(workspace, name));
    await makeLayout(join(workspace, name), layout);
  }
  await untilLook();
  expect(toList(await during(nothing))).toEqual([]);
  const packages = "pip/.venv/lib/python3.11/site-packages";
  const handoff = await during(async () => {
    for (const name of ["a.pth", "sitecustomize.py", "usercustomize.py", "module.py", "b/c.pth"]) {
      await writeInto(workspace, `${packages}/${name}`, "x");
    }
  });
  expect(toList(handoff)).toEqual(
    ["a.pth", "sitecustomize.py", "usercustomize.py"].map((name) => `new ${packages}/${name}`),
  );
});

test("a folder that its owner closed for writing and a program that runs as its owner, both made just before, stay", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  await writeInto(workspace, "node_modules/electron/dist/chrome-sandbox", "x");
  const [program, closed] = ["node_modules/electron/dist/chrome-sandbox", "go/pkg/mod/a@v1"];
  await mkdir(join(workspace, closed), { recursive: true });
  await chmod(join(workspace, program), 0o4755);
  await chmod(join(workspace, closed), 0o555);
  await untilLook();
  expect(toList(await during(nothing))).toEqual([]);
  const modes = await Promise.all([program, closed].map((path) => stat(join(workspace, path))));
  expect(modes.map(({ mode }) => mode & 0o7777)).toEqual([0o4755, 0o555]);
});

test("what is in a hidden folder is nobody's but the user's, unless another folder took its place", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const settings = { ...defaultWorkspaceSettings, hide: ["default", "inner/private/"] };
  for (const path of ["Makefile", "package.json", "a.pyc", "node_modules/.bin/x", ".envrc"]) {
    await writeInto(workspace, `inner/private/${path}`, "x");
  }
  await symlink("/etc", join(workspace, "inner/private/out"));
  await git(join(workspace, "inner/private"), "init", "-q");
  await chmod(join(workspace, "inner/private"), 0o777);
  await untilLook();
  expect(toList(await during(nothing, settings))).toEqual([]);
  const exchanged = await during(async () => {
    await rename(join(workspace, "inner"), join(workspace, "other"));
    await mkdir(join(workspace, "inner/private"), { recursive: true });
    await writeFile(join(workspace, "inner/private/Makefile"), "x");
  }, settings);
  expect(toList(exchanged)).toEqual(
    expect.arrayContaining([
      "changed inner/private",
      "new inner/private/Makefile",
      "new other/private/Makefile",
    ]),
  );
});

test("a folder that is too deep to be looked into stays the user's; one that a run makes is disabled", async () => {
  await using folder = await createWorkspaceFolder();
  const { workspace, during } = folder;
  const deep = (name: string, count: number): string => `${`${name}/`.repeat(count)}x`;
  await writeInto(workspace, deep("a", 210), "x");
  await writeInto(workspace, deep("node_modules/b", 110), "x");
  await untilLook();
  expect(toList(await during(nothing))).toEqual([]);
  await stat(join(workspace, deep("node_modules/b", 110)));
  const handoff = await during(() => writeInto(workspace, deep("c", 210), "x"));
  expect(toList(handoff)).toEqual([expect.stringMatching(/^disabled (?:c\/)+c$/), "not complete"]);
});
