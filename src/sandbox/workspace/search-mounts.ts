import { stat } from "node:fs/promises";
import type { BindMount } from "../../docker/engine.ts";
import { VaultboxError } from "../../errors.ts";
import { Folder } from "../../files/beneath.ts";
import { quoted } from "../../printable.ts";
import type { MaskedFolder } from "./protect/mask-special-files.ts";
import { findSpecialFiles } from "./scan/find-special-files.ts";

/**
 * Looks for special files in the folders that are mounted beside the workspace.
 * @throws VaultboxError VBX_MOUNT_REFUSED when one can't be looked through
 */
export async function searchMounts(mounts: readonly BindMount[]): Promise<readonly MaskedFolder[]> {
  const folders: MaskedFolder[] = [];
  for (const { source, target } of mounts) {
    if (!(await stat(source)).isDirectory()) continue;
    using root = openMount(source);
    const found = await findSpecialFiles(root);
    if (!found.complete)
      throw refused(source, "it is too large or too deep", "mount one of the folders in it");
    folders.push({ source, target, ...found });
  }
  return folders;
}

function openMount(source: string): Folder {
  try {
    return Folder.openRoot(source);
  } catch (error) {
    throw refused(source, "it can't be listed", "it must be a folder that you may read", error);
  }
}

function refused(source: string, why: string, hint: string, cause?: unknown): VaultboxError {
  return new VaultboxError(
    "VBX_MOUNT_REFUSED",
    `cannot look through ${quoted(source)} for sockets, pipes and devices: ${why}`,
    { hints: [hint], ...(cause === undefined ? {} : { cause }) },
  );
}
