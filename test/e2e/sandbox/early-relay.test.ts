import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { countOnEngine, createWorld } from "../../support/sandbox-world.ts";

test("a relay that started before the policy was found broken is gone with the error", async () => {
  await using world = await createWorld();
  // Where its image has to be built first, nothing starts early
  expect((await world.run(["image", "build"])).status).toBe(0);
  await writeFile(join(world.workspace, "policy.yaml"), "version: 1\negress: 5\n");
  const broken = await world.run(["run", "--policy", "policy.yaml", "--", "true"], {
    env: { VAULTBOX_DEBUG: "1" },
  });
  expect(broken.status).toBe(125);
  expect(broken.stderr).toContain("policy.yaml");
  // The negative control: the relay was on its way, so there was something to remove
  expect(broken.stderr).toContain("debug: relay: starting early");
  expect(await countOnEngine(world.workspace)).toBe(0);
});
