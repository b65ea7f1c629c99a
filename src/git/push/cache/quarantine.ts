import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode } from "../../../base/errors.ts";
import { hasEnded, processId, readOwnProcessId } from "../../../base/process-id.ts";
import { parseJson } from "../../../base/shape.ts";
import { makeBareRepository } from "./bare-repository.ts";
import type { ObjectFormat } from "../../wire/object-id.ts";
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
  const text = await readRegularText(join(place, ownerFile)).catch(() => "");
  const owner = parseJson(text, processId);
  if (owner !== undefined) return hasEnded(owner);
  // Removed meanwhile by its owner
  const info = await stat(place).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs > namelessAgeMs;
}

/** Names in a folder; none where there is no folder. */
export async function readNames(
  folder: string,
  options: { readonly recursive?: boolean } = {},
): Promise<readonly string[]> {
  return readdir(folder, options).catch((error: unknown) => {
    if (hasCode(error, "ENOENT")) return [];
    throw error;
  });
}
