import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { toPieces } from "../../support/git-repositories.ts";
import { makeRawPack } from "../../support/hostile-packs.ts";
import { makeInspectionWorld } from "./inspection-world.ts";

const run = promisify(execFile);

// Only root may mount; the same in a test that fails wherever it isn't root would say nothing
test.runIf(process.platform === "linux" && process.getuid?.() === 0)(
  "a full disk refuses the push, says so, and keeps nothing",
  async () => {
    await using world = await makeInspectionWorld();
    await mkdir(world.cache);
    await run("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", world.cache]);
    try {
      for (const [size, isTaken] of [
        [100_000, true],
        [4_000_000, false],
        [100_000, true],
      ] as const) {
        await using push = await world.open();
        const pack = makeRawPack([{ type: "blob", data: randomBytes(size) }]);
        const taken = push.receive(toPieces(pack));
        if (isTaken) await taken;
        else await expect(taken).rejects.toThrow("the host's disk is full");
      }
      expect(await readdir(join(world.cache, "incoming"))).toEqual([]);
    } finally {
      await run("umount", [world.cache]);
    }
  },
);
