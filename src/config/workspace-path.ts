import { VaultboxError } from "../base/errors.ts";
import { isNameUtf8 } from "../base/fs/name-text.ts";
import { readRealPath } from "../base/fs/real-path.ts";
import { quoted } from "../base/printable.ts";

/**
 * The real path of a workspace. One that is no UTF-8 can't be mounted, nor be written to any file of vaultbox's.
 * @throws VaultboxError VBX_USAGE
 */
export function readWorkspacePath(workspace: string): string {
  try {
    // The text of the current folder may be the name of another one
    const path = readRealPath(workspace === process.cwd() ? "." : workspace);
    if (isNameUtf8(path)) return path;
    throw noWorkspace(path, "its path is not UTF-8");
  } catch (error) {
    if (error instanceof VaultboxError) throw error;
    // Node puts this in the place of bytes that are no UTF-8
    const why = workspace.includes("\ufffd") ? "its path is not UTF-8, or not there" : undefined;
    throw noWorkspace(workspace, why ?? "there is no such folder", error);
  }
}

function noWorkspace(path: string, why: string, cause?: unknown): VaultboxError {
  return new VaultboxError("VBX_USAGE", `cannot use the workspace ${quoted(path)}: ${why}`, {
    hints: ["--workspace takes a folder; it and every folder above it need names in UTF-8"],
    cause,
  });
}
