import type { Paths } from "../base/paths.ts";
import { readRememberedFolders } from "../base/folder-list.ts";
import { readOwnCode, refuseOwnCode } from "./own-code.ts";
import { refuseOwnEnvironment, refuseOwnFiles } from "./own-environment.ts";

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
