import { mkdtemp, rm } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { resolvePaths } from "../../../src/base/paths.ts";
import type { Engine } from "../../../src/engine/engine.ts";
import { label } from "../../../src/engine/labels.ts";
import { prune } from "../../../src/session/leftovers.ts";
import { recordScore } from "../../support/scoreboard.ts";

const session = "0123456789ab";
const deadOwner = { host: hostname(), boot: "another", namespace: "", pid: 1, start: "1" };
const labels = { [label.session]: session, [label.owner]: JSON.stringify(deadOwner) };

/** An engine of which only the lists and the removals are used. */
function createEngine(containers: readonly string[], volumes: readonly string[]) {
  const removed: string[] = [];
  const engine = {
    listContainers: () => Promise.resolve(containers.map((name) => ({ id: name, name, labels }))),
    listVolumes: () => Promise.resolve(volumes.map((name) => ({ name, labels }))),
    findContainer: (name: string) =>
      Promise.resolve({ remove: () => Promise.resolve(void removed.push(name)) }),
    removeVolume: (name: string) => Promise.resolve(void removed.push(name)),
  };
  return { engine: engine as unknown as Engine, removed };
}

/** Of no dead session there is anything to tell. */
const ignore = (): void => undefined;

test("what only has a session's labels, from an image or by hand, is not removed; what has its name too is", async () => {
  const folder = await mkdtemp(join(tmpdir(), "vaultbox-test-leftovers-"));
  const paths = resolvePaths({ VAULTBOX_HOME: folder });
  const foreign = [
    "database",
    `vaultbox-${session}x`,
    `my-vaultbox-${session}`,
    "vaultbox-home-me",
  ];
  const own = ["", "-relay", "-probe"].map((suffix) => `vaultbox-${session}${suffix}`);
  try {
    const hostile = createEngine(foreign, foreign);
    expect((await prune(paths, hostile.engine, ignore)).sessions).toEqual([]);
    expect(hostile.removed).toEqual([]);
    const mixed = createEngine([...foreign, ...own], [...foreign, `vaultbox-${session}-home`]);
    await prune(paths, mixed.engine, ignore);
    expect(mixed.removed).toEqual([...own, `vaultbox-${session}-home`]);
  } finally {
    await rm(folder, { recursive: true });
  }
  recordScore({
    row: 27,
    test: "containers and volumes with forged labels are pruned",
    attempts: 2 * foreign.length,
    blocked: 2 * foreign.length,
    controlSucceeded: own.length,
  });
});
