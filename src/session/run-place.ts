import type { Paths } from "../base/paths.ts";
import { readRememberedFolders } from "../base/folder-list.ts";
import {
  defaultMountRules,
  type MountRules,
  resolveAllowed,
  resolveOuter,
  resolveWorkspace,
  resolveWritable,
} from "../sandbox/mounts/mounts.ts";
import { readOwnCode, refuseOwnCode } from "./own-code.ts";
import { refuseOwnEnvironment, refuseOwnFiles } from "./own-environment.ts";
import type { RunOptions } from "./plan/run-request.ts";

/** Where a run works; known before policy and vaults are read. */
export interface RunPlace {
  /** Real path */
  readonly workspace: string;
  /** Real paths of what the sandbox can write: the workspace and mounts */
  readonly writable: readonly string[];
  readonly rules: MountRules;
}

/** @throws VaultboxError VBX_MOUNT_REFUSED, VBX_FILE_UNSAFE, VBX_USAGE */
export async function resolveRunPlace(options: RunOptions, paths: Paths): Promise<RunPlace> {
  const rules = defaultMountRules(paths, await resolveAllowed(options.allowMounts));
  const workspace = await resolveWorkspace(options.workspace, rules);
  const folders = [workspace, ...(await resolveWritable(options.mounts, rules))];
  const writable = [...folders, ...(await resolveOuter(folders, rules))];
  refuseOwnPlaces(paths, writable);
  return { workspace, writable, rules };
}

/**
 * Refuses to let a sandbox write where this program, or what it goes by, comes from.
 * @param writable real paths
 * @throws VaultboxError VBX_FILE_UNSAFE, VBX_MOUNT_REFUSED
 */
export function refuseOwnPlaces(paths: Paths, writable: readonly string[]): void {
  const earlier = readRememberedFolders(paths.state);
  const folders = earlier.with(writable);
  refuseOwnEnvironment(process.env, process.cwd(), folders);
  refuseOwnFiles(paths, folders);
  refuseOwnCode(readOwnCode(process), { writable, earlier, stateFolder: paths.state });
}
