import { existsSync } from "node:fs";
import type { Paths } from "../../base/paths.ts";
import type { Engine } from "../../engine/engine.ts";
import { listVaultboxImages } from "../../engine/image/list-images.ts";
import type { BuiltImage, BuiltImages } from "../../engine/image/list-images.ts";
import { removeEach } from "../../engine/image/remove-images.ts";
import { label } from "../../engine/labels.ts";
import { toRecordPath } from "../../sandbox/home/start-file-record.ts";
import { findSessionsOn } from "../../session/leftovers.ts";
import { readActiveSessions } from "../../base/session-state.ts";

/** What of vaultbox is on an engine, beside sessions of this user. */
export interface OnEngine {
  readonly built: BuiltImages;
  /** Names of volumes that are kept homes, which sessions of this user made */
  readonly homes: readonly string[];
  /** Those of which this user's vaultbox knows nothing */
  readonly otherHomes: readonly string[];
  /** Sessions whose process died, and of which only the engine knows */
  readonly orphans: readonly string[];
  /** Of another user, another `VAULTBOX_HOME` or another machine, that run or may run */
  readonly otherSessions: readonly string[];
}

/** What couldn't be removed: something uses it. */
export interface UsedOnEngine {
  readonly images: readonly string[];
  readonly homes: readonly string[];
}

/** Changes nothing. */
export async function findOnEngine(engine: Engine, paths: Paths): Promise<OnEngine> {
  const [built, volumes, sessions, active] = await Promise.all([
    listVaultboxImages(engine),
    engine.listVolumes(label.home),
    findSessionsOn(engine),
    readActiveSessions(paths),
  ]);
  const own = new Set(active.map(({ id }) => id));
  const homes = volumes
    .filter(({ name, labels }) => labels[label.home] === name)
    .map(({ name }) => name);
  const isKnown = (name: string): boolean => existsSync(toRecordPath(paths.state, name));
  return {
    built,
    homes: homes.filter(isKnown),
    otherHomes: homes.filter((name) => !isKnown(name)),
    orphans: sessions.dead.filter((id) => !own.has(id)),
    otherSessions: sessions.living.filter((id) => !own.has(id)),
  };
}

/**
 * Removes kept homes and images; this user's sessions must be gone. Where others' sessions run, images stay for them.
 * @throws VaultboxError VBX_ENGINE_FAILED
 */
export async function removeFromEngine(
  engine: Engine,
  found: OnEngine,
  isForced: boolean,
): Promise<UsedOnEngine> {
  const homes = await removeEach(found.homes, engine.removeVolume);
  const tags = toRemovable(found, isForced).map(({ tag }) => tag);
  const images = await removeEach(tags, engine.removeImage);
  return { homes: homes.used, images: images.used };
}

/** The images that go. */
export function toRemovable(
  { built, otherSessions }: OnEngine,
  isForced: boolean,
): readonly BuiltImage[] {
  return isForced || otherSessions.length === 0 ? built.images : [];
}
