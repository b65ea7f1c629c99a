import { readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Paths } from "../../base/paths.ts";
import { VaultboxError } from "../../base/errors.ts";
import { toPathReason } from "../../base/fs/named-path.ts";
import { quoted } from "../../base/printable.ts";
import { isSessionId } from "../../base/session-id.ts";
import { stateNames, type StateName } from "../../base/state-folder.ts";

/** A folder of vaultbox's. Not all in it must be: it may be `VAULTBOX_HOME`'s, or somebody kept a file of theirs in there. */
export interface OwnFolder {
  readonly path: string;
  /** Names of what vaultbox made in there */
  readonly own: readonly string[];
  /** Names of what it didn't make */
  readonly others: readonly string[];
}

/** Of the counters of vaults, which tell an old vault file from a new one. */
const countersName: StateName = "vaults";
const configNames = ["config.json", "trust"];
/** And `.NAME`, of whose lock it is. */
const vaultName = /^(?:\.[a-z0-9][a-z0-9._-]*|[a-z0-9][a-z0-9._-]*\.(?:age|identity|keychain))$/i;

/** @param isWithVaults whether vaults, their keys and counters are looked for too */
export async function findOwnFolders(
  paths: Paths,
  isWithVaults: boolean,
): Promise<readonly OwnFolder[]> {
  const isOfState = (name: string): boolean =>
    name === countersName ? isWithVaults : stateNames.some((one) => one === name);
  const folders = await Promise.all([
    findOwn(paths.runtime, isSessionId),
    findOwn(paths.config, (name) => configNames.includes(name)),
    isWithVaults ? findOwn(paths.vaults, (name) => vaultName.test(name)) : undefined,
    findOwn(paths.state, isOfState),
  ]);
  return folders
    .filter((folder) => folder !== undefined)
    .map((folder) => {
      const others = folder.others.filter(
        (name) => folder.path !== paths.state || name !== countersName,
      );
      return { ...folder, others };
    });
}

async function findOwn(
  path: string,
  isOwn: (name: string) => boolean,
): Promise<OwnFolder | undefined> {
  const names = await readdir(path).catch(() => undefined);
  if (names === undefined) return undefined;
  const own = names.filter((name) => isOwn(toPlainName(name)));
  return { path, own, others: names.filter((name) => !own.includes(name)) };
}

/** Of a lock, or of what was being written when its writer died, the name of what it's for. */
function toPlainName(name: string): string {
  const written = /^\.(.+)\.[0-9a-f]{12}\.tmp$/.exec(name)?.[1] ?? name;
  return written.replace(/(?:\.lock)?(?:\.stale)*$/, "");
}

/** Folders in which something is vaultbox's. */
export function toOwnPaths(folders: readonly OwnFolder[]): readonly string[] {
  return folders.filter(({ own }) => own.length > 0).map(({ path }) => path);
}

/** Paths of what lies in them and isn't vaultbox's. */
export function toOtherPaths(folders: readonly OwnFolder[]): readonly string[] {
  return folders.flatMap(({ path, others }) => others.map((name) => join(path, name)));
}

/**
 * Removes what vaultbox made in these folders, then the folders that are empty.
 * @throws VaultboxError VBX_FILE_UNUSABLE
 */
export async function removeOwnFolders(paths: Paths, folders: readonly OwnFolder[]): Promise<void> {
  for (const { path, own } of folders) {
    for (const name of own) await removePath(join(path, name));
  }
  const { runtime, config, vaults, state } = paths;
  // What lies in another one of them first; above the vaults is the folder that VAULTBOX_HOME names, or one called vaultbox
  for (const path of [runtime, config, vaults, state, dirname(vaults)]) {
    // One that isn't empty, isn't there or is a link stays
    await rmdir(path).catch(() => undefined);
  }
}

/** @throws VaultboxError VBX_FILE_UNUSABLE */
export async function removePath(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (error) {
    const text = `cannot remove ${quoted(path)}: ${toPathReason(error)}`;
    const hints = ["remove it yourself, then again: vaultbox uninstall"];
    throw new VaultboxError("VBX_FILE_UNUSABLE", text, { hints, cause: error });
  }
}
