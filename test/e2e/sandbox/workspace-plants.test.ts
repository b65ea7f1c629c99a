import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
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
import { openShared } from "../../support/shared-place.ts";

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

const keys = plants.map(({ key }) => key);
const row = "plants for git, the host's commands in each place, and vaultbox's own";

describe.each([0, 1000])("what a sandbox of uid %i plants for git", (owner) => {
  const used = openShared(async (stack) => {
    const planted = stack.use(await plant(owner, "home: new\n"));
    const commands = (await runHostGit(planted.world.workspace)) + (await runOwnCommands(planted));
    return { ...planted, commands, executed: await readdir(planted.markers) };
  });

  test.each(keys)("is run by no git of the host and by no vaultbox: %s", (key) => {
    expect(used().executed).not.toContain(key);
  });

  test("is told of, nothing else ran, and what was there is as it was", async () => {
    const { executed, commands, stderr, world } = used();
    expect(executed).toEqual([]);
    expect(await readFile(join(world.workspace, "husky/.husky/pre-commit"), "utf8")).toBe("true\n");
    expect(stderr).toMatch(/disabled: /);
    expect([plants.length, hostCommands.length].every((count) => count >= 19)).toBe(true);
    const test = `${row}: uid ${owner}`;
    recordScore({ row: 28, test, attempts: commands, blocked: commands, controlSucceeded: 0 });
  });
});

describe("what a sandbox plants for git where nothing is protected (control)", () => {
  const ran = openShared(async (stack) => {
    const { world, markers } = stack.use(await plant(0, "workspace: {protect: none}\n"));
    await runHostGit(world.workspace, ["nested", "."]);
    return await readdir(markers);
  });

  test.each(keys)("is run by the host's git: %s", (key) => {
    expect(ran()).toContain(key);
  });

  test("is run by it, each of them", () => {
    expect(ran().length).toBeGreaterThanOrEqual(keys.length);
    const test = `${row}: control`;
    recordScore({ row: 28, test, attempts: 0, blocked: 0, controlSucceeded: ran().length });
  });
});
