// Starts and ends many sessions, kills some of them, and counts what is left on the engine and on the disk.
// Run after `npm run build`: node test/soak/session-cycles.ts [CYCLES] [KILLS]
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { label } from "../../src/docker/labels.ts";
import { requireEngine } from "../support/require-engine.ts";
import { createWorld, untilClosed, untilOutput } from "../support/sandbox-world.ts";

const cycles = Number(process.argv[2] ?? 100);
const kills = Number(process.argv[3] ?? 20);

await using world = await createWorld();
const begun = Date.now();
let failed = 0;
for (let index = 0; index < cycles; index += 1) {
  const { stdout, status } = await world.run(["run", "--", "echo", String(index)]);
  if (status !== 0 || stdout !== `${index}\n`) failed += 1;
}
for (let index = 0; index < kills; index += 1) {
  const child = world.spawn(["run", "--", "sh", "-c", "echo ready; exec sleep 300"]);
  await untilOutput(child, "ready");
  child.kill("SIGKILL");
  await untilClosed(child);
}
const last = await world.run(["run", "--", "true"]);
const engine = await requireEngine();
const own = `${label.workspace}=${world.workspace}`;
const state = join(world.home, "..", "v");
const left = {
  containers: (await engine.listContainers(own)).length,
  volumes: (await engine.listVolumes(own)).length,
  markers: (await readdir(join(state, "state", "active"))).length,
  sockets: (await readdir(join(state, "run"))).length,
};
const seconds = Math.round((Date.now() - begun) / 1000);
process.stdout.write(
  `${JSON.stringify({ cycles, kills, failed, last: last.status, left, seconds })}\n`,
);
const isClean = Object.values(left).every((count) => count === 0);
process.exitCode = failed === 0 && last.status === 0 && isClean ? 0 : 1;
