import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasEnded, type ProcessId, readOwnProcessId } from "../../../base/process-id.ts";
import { makeBareRepository, type ObjectFormat } from "./bare-repository.ts";
import { readRegularText } from "../../../base/fs/regular-file.ts";

/** A bare repository of its own for objects that aren't trusted yet; disposing removes it. */
export interface Quarantine extends AsyncDisposable {
  readonly repository: string;
}

const ownerFile = "owner.json";

/** A quarantine without an owner's name is one that is just being made, or whose maker was killed doing it. */
const namelessAgeMs = 10 * 60_000;

/** Makes one below `folder`, under this process's name. */
export async function openQuarantine(folder: string, format: ObjectFormat): Promise<Quarantine> {
  const place = join(folder, randomBytes(8).toString("hex"));
  await mkdir(place, { recursive: true, mode: 0o700 });
  const owner = JSON.stringify(await readOwnProcessId());
  await writeFile(join(place, ownerFile), owner, { mode: 0o600 });
  const repository = join(place, "repository");
  await makeBareRepository(repository, format);
  return {
    repository,
    [Symbol.asyncDispose]: () => rm(place, { recursive: true, force: true, maxRetries: 3 }),
  };
}

/** Removes what processes left that were killed. */
export async function removeDeadQuarantines(folder: string): Promise<void> {
  for (const name of await readNames(folder)) {
    const place = join(folder, name);
    if (await isDead(place)) await rm(place, { recursive: true, force: true });
  }
}

async function isDead(place: string): Promise<boolean> {
  try {
    const owner = parseOwner(await readRegularText(join(place, ownerFile)));
    if (owner !== undefined) return await hasEnded(owner);
    return Date.now() - (await stat(place)).mtimeMs > namelessAgeMs;
  } catch {
    return await isOld(place);
  }
}

async function isOld(place: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(place)).mtimeMs > namelessAgeMs;
  } catch {
    // Removed meanwhile by its owner
    return false;
  }
}

function parseOwner(text: string): ProcessId | undefined {
  const value: unknown = JSON.parse(text);
  if (typeof value !== "object" || value === null) return undefined;
  const { host, boot, namespace, pid, start } = value as Record<string, unknown>;
  if (typeof host !== "string" || typeof boot !== "string" || typeof start !== "string") {
    return undefined;
  }
  if (typeof namespace !== "string" || typeof pid !== "number") return undefined;
  return Number.isSafeInteger(pid) && pid > 0 ? { host, boot, namespace, pid, start } : undefined;
}

async function readNames(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}
