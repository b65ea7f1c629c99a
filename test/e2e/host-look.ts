import { execFile } from "node:child_process";
import { closeSync, openSync, readFileSync, readSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { searchCanary, searchFiles } from "../support/canary.ts";

const execute = promisify(execFile);

/** How often the canary was found, by the kind of place. */
export type HitsByPlace = Readonly<Record<string, number>>;

interface Inspected {
  readonly Id: string;
  readonly Image: string;
  readonly State: { readonly Pid: number };
  readonly GraphDriver: { readonly Data: { readonly UpperDir: string } };
  readonly Mounts: readonly { readonly Type: string; readonly Source: string }[];
}

async function docker(args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await execute("docker", [...args], { maxBuffer: 256e6 });
  return stdout + stderr;
}

/** A container whose output the engine doesn't keep has no logs; the engine's answer is searched then. */
async function logsOf(id: string): Promise<string> {
  try {
    return await docker(["logs", id]);
  } catch (error) {
    if (error instanceof Error && /does not support reading/.test(error.message)) {
      return error.message;
    }
    throw error;
  }
}

/** Ids of the containers that carry a label, `name` or `name=value`. */
export async function containersWith(label: string): Promise<readonly string[]> {
  const ids = await docker(["ps", "-q", "--no-trunc", "--filter", `label=${label}`]);
  return ids.split("\n").filter((id) => id !== "");
}

/**
 * Searches all that the host shows of running containers, and of every process on it. Reads the engine's own folders and
 * other processes' memory, so it needs root and a local engine.
 */
export async function searchHostOf(ids: readonly string[], canary: string): Promise<HitsByPlace> {
  const inspectText = await docker(["inspect", ...ids]);
  const containers = JSON.parse(inspectText) as readonly Inspected[];
  const images = [...new Set(containers.map(({ Image }) => Image))];
  const root = (await docker(["info", "-f", "{{.DockerRootDir}}"])).trim();
  const each = async (arguments_: (one: string) => readonly string[], all: readonly string[]) =>
    (await Promise.all(all.map((one) => docker(arguments_(one))))).join("\n");
  const texts = {
    "docker inspect": inspectText,
    "docker image inspect": await docker(["image", "inspect", ...images]),
    "docker history": await each((id) => ["history", "--no-trunc", id], images),
    "docker logs": (await Promise.all(ids.map(logsOf))).join("\n"),
    "docker top": await each((id) => ["top", id, "-eo", "pid,args"], ids),
  };
  const volumes = containers.flatMap(({ Mounts }) =>
    Mounts.filter(({ Type }) => Type === "volume"),
  );
  const folders = {
    "the engine's folder of the container": ids.map((id) => join(root, "containers", id)),
    "the container's own layer": containers.map(({ GraphDriver }) => GraphDriver.Data.UpperDir),
    "the container's volumes": volumes.map(({ Source }) => Source),
  };
  const pids = containers.map(({ State }) => State.Pid);
  return {
    ...(await searchTexts(texts, canary)),
    ...(await searchFolders(folders, canary)),
    "every process's arguments": searchProcesses("cmdline", canary),
    "every process's environment": searchProcesses("environ", canary),
    "memory of the containers' processes": pids.reduce(
      (sum, pid) => sum + searchMemory(pid, canary),
      0,
    ),
  };
}

export async function searchTexts(
  texts: Readonly<Record<string, string>>,
  canary: string,
): Promise<HitsByPlace> {
  const hits = Object.entries(texts).map(([place, text]) => [
    place,
    searchCanary(Buffer.from(text), canary).length,
  ]);
  return Object.fromEntries(hits) as HitsByPlace;
}

export async function searchFolders(
  folders: Readonly<Record<string, readonly string[]>>,
  canary: string,
): Promise<HitsByPlace> {
  const hits: Record<string, number> = {};
  for (const [place, paths] of Object.entries(folders)) {
    hits[place] = (await searchFiles(paths, canary)).hits.length;
  }
  return hits;
}

function searchProcesses(file: "cmdline" | "environ", canary: string): number {
  const pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  const all = pids.map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/${file}`);
    } catch {
      // It ended since the folder was read
      return Buffer.alloc(0);
    }
  });
  return searchCanary(Buffer.concat(all), canary).length;
}

const maxRegionBytes = 64 * 1024 * 1024;

/** Writable memory of one process, by way of /proc/PID/mem. */
function searchMemory(pid: number, canary: string): number {
  const regions = readFileSync(`/proc/${pid}/maps`, "latin1")
    .split("\n")
    .map((line) => /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line))
    .filter((match) => match !== null);
  const memory = openSync(`/proc/${pid}/mem`, "r");
  try {
    const found: Buffer[] = [];
    for (const [, from, to] of regions) {
      const start = BigInt(`0x${from}`);
      const size = Number(BigInt(`0x${to}`) - start);
      found.push(readRegion(memory, start, Math.min(size, maxRegionBytes)));
    }
    return searchCanary(Buffer.concat(found), canary).length;
  } finally {
    closeSync(memory);
  }
}

function readRegion(memory: number, start: bigint, size: number): Buffer {
  const bytes = Buffer.alloc(size);
  try {
    return bytes.subarray(0, readSync(memory, bytes, 0, size, start));
  } catch {
    // Reserved and not readable, such as a guard page
    return Buffer.alloc(0);
  }
}
