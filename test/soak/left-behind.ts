import { readFile, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { label } from "../../src/engine/labels.ts";
import { requireEngine } from "../support/require-engine.ts";
import type { SandboxWorld } from "../support/sandbox-world.ts";

/** What a world's sessions left, on the engine, on the disk and among the processes. */
export interface LeftBehind {
  readonly containers: number;
  readonly volumes: number;
  /** Sessions that are recorded as running */
  readonly markers: number;
  /** Folders for sockets and mounted files */
  readonly sockets: number;
  /** Processes of the host that have the world's VAULTBOX_HOME in their environment */
  readonly processes: number;
}

export async function countLeftBehind(world: SandboxWorld): Promise<LeftBehind> {
  const engine = await requireEngine();
  const own = `${label.workspace}=${world.workspace}`;
  const root = join(dirname(world.home), "v");
  const [containers, volumes, markers, sockets, processes] = await Promise.all([
    engine.listContainers(own),
    engine.listVolumes(own),
    namesIn(join(root, "state", "active")),
    namesIn(join(root, "run")),
    processesOf(`VAULTBOX_HOME=${root}`),
  ]);
  return {
    containers: containers.length,
    volumes: volumes.length,
    markers: markers.length,
    sockets: sockets.length,
    processes,
  };
}

export function isNothing(left: LeftBehind): boolean {
  return Object.values(left).every((count) => count === 0);
}

/** A folder that isn't there holds nothing. */
async function namesIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}

async function processesOf(variable: string): Promise<number> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(
    // It may have ended since the folder was read
    pids.map((pid) => readFile(`/proc/${pid}/environ`, "latin1").catch(() => "")),
  );
  return environments.filter((text) => text.split("\0").includes(variable)).length;
}
