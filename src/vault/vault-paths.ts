import { join } from "node:path";
import type { VaultContext } from "./vault-context.ts";
import { inState } from "../base/state-folder.ts";

/** The files of one vault, all 0600 in the 0700 folder `paths.vaults`, but `seen`. */
export interface VaultPaths {
  readonly folder: string;
  /** The encrypted content of an age vault */
  readonly content: string;
  /** The age identity, when it's kept in a file */
  readonly identity: string;
  /** Says that the vault is in the keychain; holds nothing else */
  readonly marker: string;
  readonly lock: string;
  /** The last seen change counter, when it's kept in a file */
  readonly seen: string;
}

export function toVaultPaths(context: VaultContext, name: string): VaultPaths {
  const folder = context.paths.vaults;
  return {
    folder,
    content: join(folder, `${name}.age`),
    identity: join(folder, `${name}.identity`),
    marker: join(folder, `${name}.keychain`),
    lock: join(folder, `.${name}.lock`),
    seen: join(inState(context.paths.state, "vaults"), `${name}.seen`),
  };
}
