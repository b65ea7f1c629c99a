import { stat } from "node:fs/promises";
import type { BindMount } from "../../docker/engine.ts";
import { VaultboxError } from "../../errors.ts";
import { Folder } from "../../files/beneath.ts";
import { readOriginAt } from "../../files/file-origin.ts";
import { quoted } from "../../printable.ts";
import type { MountSource } from "../posture/expected-mounts.ts";
import type { MountedFolder } from "./protect/mask-special-files.ts";
import { findSpecialFiles } from "./scan/find-special-files.ts";

/** What is mounted beside the workspace, as it was looked at. */
export interface SearchedMounts {
  readonly folders: readonly MountedFolder[];
  readonly files: readonly MountSource[];
}

/**
 * Looks for special files in the folders that are mounted beside the workspace.
 * @throws VaultboxError VBX_MOUNT_REFUSED when one can't be looked through, or isn't what was checked any more
 */
export async function searchMounts(mounts: readonly BindMount[]): Promise<SearchedMounts> {
  const folders: MountedFolder[] = [];
  const files: MountSource[] = [];
  for (const { source, target } of mounts) {
    if (!(await stat(source)).isDirectory()) {
      files.push({ target, origin: openMount(source, readOriginAt) });
      continue;
    }
    using root = openMount(source, (path) => Folder.openReal(path));
    const found = await findSpecialFiles(root);
    if (!found.complete) {
      throw refused(source, "it is too large or too deep", "mount one of the folders in it");
    }
    folders.push({ source, target, origin: root.origin(), ...found });
  }
  return { folders, files };
}

function openMount<T>(source: string, open: (path: string) => T): T {
  try {
    return open(source);
  } catch (error) {
    throw refused(source, "it can't be opened", "it must be there, and yours to read", error);
  }
}

function refused(source: string, why: string, hint: string, cause?: unknown): VaultboxError {
  return new VaultboxError(
    "VBX_MOUNT_REFUSED",
    `cannot look through ${quoted(source)} for sockets, pipes and devices: ${why}`,
    { hints: [hint], ...(cause === undefined ? {} : { cause }) },
  );
}
