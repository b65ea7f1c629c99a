import { VaultboxError } from "../base/errors.ts";

/** Why a workspace can't be given to a sandbox. @param hints what its user can do about it, three at most */
export function unsafe(message: string, ...hints: readonly string[]): VaultboxError {
  return new VaultboxError("VBX_WORKSPACE_UNSAFE", message, { hints });
}

export const unprotected =
  "or leave the workspace unprotected in vaultbox.yaml: workspace: {protect: none}";
export const withoutBoth = "or do without, in vaultbox.yaml: workspace: {hide: [], protect: none}";
export const smallerFolder = "run in a smaller folder: --workspace DIR";
