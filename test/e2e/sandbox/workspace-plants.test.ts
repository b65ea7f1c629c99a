import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  createMarkers,
  createRepositories,
  hostCommands,
  plants,
  runHostGit,
  toPlantScript,
} from "./git-plants.ts";
import { createWorld, type SandboxWorld } from "../../support/sandbox-world.ts";
import { recordScore } from "../../support/scoreboard.ts";

interface PlantedWorld extends AsyncDisposable {
  readonly world: SandboxWorld;
  readonly markers: string;
  /** Of the run that planted */
  readonly stderr: string;
}

async function plant(owner: number, settings: string): Promise<PlantedWorld> {
  const world = await createWorld(owner);
  const folder = await realpath(await mkdtemp(join(tmpdir(), "vbp-")));
  const markers = await createMarkers(folder);
  await createRepositories(world.workspace, owner);
  await writeFile(join(world.workspace, "vaultbox.yaml"), `version: 1\n${settings}`);
  await world.run(["trust", "--yes"]);
  await mkdir(join(world.workspace, "in"));
  await writeFile(join(world.workspace, "in/plant.sh"), toPlantScript(world.workspace, markers));
  const { status, stderr } = await world.run(["run", "--", "sh", "in/plant.sh"]);
  expect([status, stderr]).toEqual([0, expect.stringContaining("the sandbox left")]);
  return {
    world,
    markers,
    stderr,
    [Symbol.asyncDispose]: async () => {
      await world[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The host commands of vaultbox itself, in the folder that was planted into. */
async function runOwnCommands({ world }: PlantedWorld): Promise<number> {
  const commands = [
    ["run", "--", "true"],
    ["policy", "show"],
    ["trust", "--yes"],
    ["init"],
    ["audit", "show"],
    ["audit", "verify"],
    ["ps"],
  ];
  for (const command of commands) {
    const { status } = await world.run(command);
    if (command[0] === "run") expect(status).toBe(0);
  }
  return commands.length;
}

test("nothing that a sandbox plants for git is run by the host's git or by vaultbox; unprotected, most of it is", async () => {
  await using control = await plant(0, "workspace: {protect: none}\n");
  await runHostGit(control.world.workspace, ["nested", "."]);
  const ran = await readdir(control.markers);
  const missed = plants.map(({ key }) => key).filter((key) => !ran.includes(key));
  expect(missed).toEqual([]);
  let attempts = 0;
  const executed: string[] = [];
  for (const owner of [0, 1000]) {
    await using planted = await plant(owner, "home: new\n");
    attempts += await runHostGit(planted.world.workspace);
    attempts += await runOwnCommands(planted);
    executed.push(...(await readdir(planted.markers)));
    expect(await readFile(join(planted.world.workspace, "husky/.husky/pre-commit"), "utf8")).toBe(
      "true\n",
    );
    expect(planted.stderr).toMatch(/disabled: /);
  }
  expect(executed).toEqual([]);
  expect([plants.length, hostCommands.length].every((count) => count >= 19)).toBe(true);
  recordScore({
    row: 28,
    test: `${plants.length} plants for git, ${hostCommands.length} commands in each place, and vaultbox's own`,
    attempts,
    blocked: attempts - executed.length,
    controlSucceeded: ran.length,
  });
});
