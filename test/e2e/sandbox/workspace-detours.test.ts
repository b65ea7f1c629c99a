import { execFile } from "node:child_process";
import { chmod, mkdir, readdir, realpath, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { detours } from "./git-detours.ts";
import { git, gitEnvironment } from "../../support/git.ts";
import { createWorld } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";

const run = promisify(execFile);

/** Plants everything in one run, uses all of it on the host, and returns the names of what a program ran for. */
async function findExecuted(owner: number, settings: string): Promise<readonly string[]> {
  await using world = await createWorld(owner);
  const outer = await realpath(world.workspace);
  // The folder around is not the sandbox's; a home lies beside it
  const [workspace, home, markers] = ["w", "home", "markers"].map((name) => join(outer, name));
  if (workspace === undefined || home === undefined || markers === undefined) throw new Error();
  for (const folder of [workspace, home, markers]) await mkdir(folder);
  await chmod(markers, 0o777);
  const toLines = (part: "before" | "plant" | "use"): string => {
    const lines = detours.map((one) => {
      const text = (one[part] ?? "true").replaceAll("NAME", one.name);
      const folder = part === "before" ? workspace : join(workspace, one.name);
      return `( cd ${folder}; P=${workspace}/run-${one.name}; ${text}\n) </dev/null >/dev/null 2>&1`;
    });
    return [`export W=${workspace} H=${home} M=${markers}`, ...lines, "true"].join("\n");
  };
  for (const { name } of detours) {
    await git(outer, "init", "-q", "-b", "main", join(workspace, name));
    await git(join(workspace, name), "commit", "-q", "--allow-empty", "-m", "one");
    const program = join(workspace, `run-${name}`);
    await writeFile(program, `#!/bin/sh\ntouch ${markers}/${name}\n`, { mode: 0o755 });
  }
  const env = {
    ...gitEnvironment,
    HOME: home,
    GIT_CONFIG_COUNT: "1",
    GIT_CONFIG_KEY_0: "safe.directory",
    GIT_CONFIG_VALUE_0: "*",
  };
  await run("sh", ["-c", toLines("before")], { env });
  await writeFile(join(workspace, "vaultbox.yaml"), `version: 1\n${settings}`);
  await writeFile(join(workspace, "plant.sh"), toLines("plant"));
  await run("chown", ["-R", `${owner}:${owner}`, workspace, home]);
  await world.run(["trust", "--yes"], { cwd: workspace });
  const { status, stderr } = await world.run(["run", "--", "sh", "plant.sh"], { cwd: workspace });
  expect([status, stderr]).toEqual([0, expect.stringContaining("the sandbox left")]);
  await run("timeout", ["60", "sh", "-c", toLines("use")], { env });
  return (await readdir(markers)).toSorted();
}

test("no detour around what is protected makes the host's git run a program; unprotected, each one does", async () => {
  const all = detours.map(({ name }) => name).toSorted();
  const control = await findExecuted(0, "workspace: {protect: none}\n");
  expect(control).toEqual(all);
  const executed = [...(await findExecuted(0, "")), ...(await findExecuted(1000, "home: new\n"))];
  recordScore({
    row: 28,
    test: "links, hidden repositories, strategies and settings that lead around what is protected",
    attempts: 2 * all.length,
    blocked: 2 * all.length - executed.length,
    controlSucceeded: control.length,
  });
  expect(executed).toEqual([]);
});

test("a program that a sandbox lets run as its owner runs as its owner no more when the session ends", async () => {
  await using world = await createWorld();
  await git(world.workspace, "init", "-q", "-b", "main");
  const places = ["s", "deep/node_modules/x/s", ".git/s", ".git/objects/aa/s"];
  const plant = places
    .map((place) => `mkdir -p $(dirname ${place}); cp /bin/true ${place}; chmod 6755 ${place}`)
    .join("; ");
  const look = `find . -perm /6000 -type f | wc -l`;
  const { stdout, stderr } = await world.run(["run", "--", "sh", "-c", `${plant}; ${look}`]);
  // The control: in the sandbox, before the end, they are
  expect(stdout.trim()).toBe(String(places.length));
  expect(stderr).toContain("ran as its owner");
  const modes = await Promise.all(places.map((place) => stat(join(world.workspace, place))));
  const left = modes.filter(({ mode }) => (mode & 0o6000) !== 0);
  expect(left).toEqual([]);
  recordScore({
    row: 29,
    test: "programs left with the right to run as their owner",
    attempts: places.length,
    blocked: places.length - left.length,
    controlSucceeded: Number(stdout),
  });
});

test("in a folder of a repository nothing changes what the repository around it runs", async () => {
  const ran: string[] = [];
  const refused: string[] = [];
  for (const settings of ["", "workspace: {protect: none}\n"]) {
    await using world = await createWorld();
    const outer = await realpath(world.workspace);
    const front = join(outer, "front");
    await git(outer, "init", "-q", "-b", "main");
    for (const name of ["hk", "conf", "scripts"]) {
      await mkdir(join(front, name), { recursive: true });
    }
    await writeFile(join(front, "hk/pre-commit"), "#!/bin/sh\n. front/scripts/check\n", {
      mode: 0o755,
    });
    await writeFile(join(front, "scripts/check"), "true\n");
    await writeFile(join(front, "conf/shared.cfg"), "[a]\n");
    await git(outer, "config", "core.hooksPath", "front/hk");
    await git(outer, "config", "include.path", "../front/conf/shared.cfg");
    await writeFile(join(front, "vaultbox.yaml"), `version: 1\n${settings}`);
    await world.run(["trust", "--yes"], { cwd: front });
    const plant = `echo 'touch ${outer}/ran-hook' >> hk/pre-commit; echo 'touch ${outer}/ran-script' >> scripts/check
printf '[core]\\n\\tfsmonitor = "touch ${outer}/ran-include; false"\\n' > conf/shared.cfg`;
    const { stderr } = await world.run(["run", "--", "sh", "-c", plant], { cwd: front });
    refused.push(...(stderr.match(/Read-only/g) ?? []));
    await git(outer, "status");
    await git(outer, "commit", "-q", "--allow-empty", "-m", "x");
    ran.push((await readdir(outer)).filter((name) => name.startsWith("ran-")).join(" "));
  }
  expect(refused.length).toBe(3);
  // The control: nothing is protected
  expect(ran).toEqual(["", "ran-hook ran-include ran-script"]);
  recordScore({
    row: 29,
    test: "what the repository around a workspace names in it",
    attempts: 3,
    blocked: refused.length,
    controlSucceeded: ran[1]?.split(" ").length ?? 0,
  });
});

test("a switch to a branch in which a protected file differs leaves the file as it is, and says so", async () => {
  await using world = await createWorld();
  const { workspace } = world;
  await git(workspace, "init", "-q", "-b", "main");
  await writeFile(join(workspace, "check.sh"), "true\n");
  await git(workspace, "add", ".");
  await git(workspace, "commit", "-q", "-m", "one");
  await git(workspace, "switch", "-q", "-c", "other");
  await writeFile(join(workspace, "check.sh"), "false\n");
  await git(workspace, "commit", "-q", "-a", "-m", "two");
  await git(workspace, "switch", "-q", "main");
  await writeFile(join(workspace, ".git/hooks/pre-commit"), "#!/bin/sh\nsh check.sh\n", {
    mode: 0o755,
  });
  const { status, stderr } = await world.run(["run", "--", "git", "switch", "other"]);
  expect([status, stderr]).toEqual([
    0,
    expect.stringContaining("unable to unlink old 'check.sh': Device or resource busy"),
  ]);
  expect(await git(workspace, "status", "--short")).toBe(" M check.sh");
});
